import { useEffect } from 'react'
import { useUiTexts } from './texts.js'

/** Names the page in the browser's title; the most particular first. */
export function usePageTitle(title: string | undefined): void {
  const say = useUiTexts()
  const service = say('brandName')
  useEffect(() => {
    if (title) document.title = `${title}|${service}`
  }, [title, service])
}
