import type { ReactNode } from 'react'
import { Icon } from './icons.js'
import { useUiTexts } from './texts.js'

export interface TimelineStep { key: string; state: 'done' | 'now' | 'next'; title: ReactNode; children?: ReactNode }

/** What was, where one is, what comes. */
export function Timeline({ steps, small }: { steps: readonly TimelineStep[]; small?: boolean }) {
  const say = useUiTexts()
  return (
    <ol className={`tl${small ? ' tls t12' : ''}`}>
      {steps.map(({ key, state, title, children }) => (
        <li key={key} className={state} aria-current={state === 'now' ? 'step' : undefined}>
          <span className="dot">{state === 'done' && <Icon name="check" />}</span>
          <b>{title}</b>{state === 'done' && <span className="sr-only">{say('timelineDone')}</span>}{state === 'now' && <span className="sr-only">{say('timelineNow')}</span>}
          {children}
        </li>
      ))}
    </ol>
  )
}
