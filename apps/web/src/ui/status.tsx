import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.js'

export type Tone = 'you' | 'info' | 'ok' | 'warn' | 'bad' | 'plain'

/** A state: sign, text and colour, in that order of trust. */
export function Badge({ tone = 'plain', icon, children }: { tone?: Tone; icon: IconName; children: ReactNode }) {
  return <span className={`badge${tone === 'plain' ? '' : ` ${tone}`}`}><Icon name={icon} />{children}</span>
}

const BANNER_ICONS = { info: 'info', ok: 'ok', warn: 'warning', bad: 'error' } as const

/** A notice that stays. `live` reads it out when it appears. */
export function Banner({ tone, icon, title, level = 2, live, children }: { tone: keyof typeof BANNER_ICONS; icon?: IconName; title: ReactNode; level?: 2 | 3; live?: boolean; children?: ReactNode }) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <div className={`ban ${tone}`} role={live ? (tone === 'bad' ? 'alert' : 'status') : undefined}>
      <Icon name={icon ?? BANNER_ICONS[tone]} />
      <div><Heading className="font-bold">{title}</Heading>{children}</div>
    </div>
  )
}

/** How far something is; the text beside it says so in figures. */
export function Bar({ share }: { share: number }) {
  return <div className="bar" aria-hidden="true"><i style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} /></div>
}
