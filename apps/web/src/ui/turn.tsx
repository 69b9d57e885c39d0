import { useId, type ReactNode } from 'react'
import { dateTime, daysUntil } from '../texts/dates.js'
import { useLanguage } from '../texts/texts.js'
import { now } from '../session/settings.js'
import { Badge, type Tone } from './status.js'
import type { IconName } from './icons.js'
import { useUiTexts } from './texts.js'

export type Turn = 'you' | 'city' | 'nobody'

/** Says whose turn it is, what next, until when, and offers the one action. Filled: yours; outlined: the city's. */
export function TurnBanner({ turn, title, due, action, children, level = 2 }: { turn: Turn; title: string; due?: Date | null; action?: ReactNode; children?: ReactNode; level?: 2 | 3 }) {
  const id = useId()
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <section className={`turn${turn === 'you' ? ' you' : ''}`} aria-labelledby={id}>
      <div>
        <div className="turn-h"><TurnBadge turn={turn} /><Heading className="h-sub" id={id}>{title}</Heading></div>
        {children}
        {due && <Due at={due} />}
      </div>
      {action && <p>{action}</p>}
    </section>
  )
}

export function TurnBadge({ turn, short }: { turn: Turn; short?: boolean }) {
  const say = useUiTexts()
  if (turn === 'you') return <Badge tone="you" icon="person">{say(short ? 'yourTurnShort' : 'yourTurn')}</Badge>
  if (turn === 'city') return <Badge icon="office">{say('cityTurn')}</Badge>
  return <Badge tone="ok" icon="check">{say('nobodyTurn')}</Badge>
}

/** A deadline with its date first and the days that are left. */
export function Due({ at, label }: { at: Date; label?: string }) {
  const say = useUiTexts(), lang = useLanguage()
  return (
    <p className="due"><span>{label ?? say('due')}</span><b className="nw">{dateTime(at, now(), lang)}</b><span className="left"><DaysLeft at={at} /></span></p>
  )
}

export function DaysLeft({ at }: { at: Date }) {
  const say = useUiTexts(), days = daysUntil(at, now())
  if (at.getTime() < now().getTime()) return <>{say('overdue', { count: Math.max(1, -days) })}</>
  return <>{days === 0 ? say('today') : say('daysLeft', { count: days })}</>
}

const SOON_DAYS = 3

/** A deadline in a table: how pressing it is as sign, text and colour. */
export function DueBadge({ at }: { at: Date }) {
  const late = at.getTime() < now().getTime()
  const [tone, icon]: [Tone, IconName] = late ? ['bad', 'error'] : daysUntil(at, now()) <= SOON_DAYS ? ['warn', 'clock'] : ['plain', 'clock']
  return <Badge tone={tone} icon={icon}><DaysLeft at={at} /></Badge>
}
