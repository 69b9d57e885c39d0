import { useId, type ReactNode } from 'react'
import { useUiTexts } from './texts.js'

/** A titled box of the office's pages. */
export function Panel({ title, aside, children, flush, className = '', level = 2 }: { title: ReactNode; aside?: ReactNode; children: ReactNode; /** The content brings its own padding. */ flush?: boolean; className?: string; level?: 2 | 3 }) {
  const id = useId()
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <section className={`pan ${className}`} aria-labelledby={id}>
      <div className="pan-h"><Heading className="h-pan" id={id}>{title}</Heading>{aside}</div>
      {flush ? children : <div className="pan-b">{children}</div>}
    </section>
  )
}

/** Scrolls sideways inside itself where it is too wide, reachable by keyboard. */
export function TableRegion({ name, children }: { name: string; children: ReactNode }) {
  const say = useUiTexts()
  return <div className="scroll" tabIndex={0} role="region" aria-label={say('table', { name })}>{children}</div>
}
