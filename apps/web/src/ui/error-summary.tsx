import { useEffect, useId, useRef } from 'react'
import { Icon } from './icons.js'
import { useUiTexts } from './texts.js'

export interface SummaryItem { /** Id of the control. */ field: string; text: string }

/** Everything that is to be mended, first on the page and focused when it appears; each leads to its field. */
export function ErrorSummary({ items, attempt }: { items: readonly SummaryItem[]; /** Changes with every attempt: focus comes here again. */ attempt: number }) {
  const say = useUiTexts(), id = useId(), box = useRef<HTMLDivElement>(null)
  const shown = items.length > 0
  useEffect(() => { if (shown && attempt > 0) box.current?.focus() }, [attempt, shown])
  if (!shown) return null
  return (
    <div className="errsum mb-8" tabIndex={-1} role="alert" aria-labelledby={id} ref={box}>
      <h2 id={id}><Icon name="error" />{say('problemsTitle', { count: items.length })}</h2>
      <ul className="mt-1">{items.map(({ field, text }) => <li key={field + text}><a href={`#${field}`} onClick={(event) => { event.preventDefault(); focusField(field) }}>{text}</a></li>)}</ul>
    </div>
  )
}

/** Goes to a control, or the first one inside what has this id. */
export function focusField(id: string): void {
  const found = document.getElementById(id) ?? document.getElementById(`${id}-group`)
  const control = found?.matches('input, select, textarea, button, a') ? found : found?.querySelector<HTMLElement>('input, select, textarea, button') ?? found
  control?.scrollIntoView({ block: 'center' })
  control?.focus({ preventScroll: true })
}
