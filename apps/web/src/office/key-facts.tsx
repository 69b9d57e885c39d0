import type { Definition } from '../api/programme.js'
import { now } from '../session/settings.js'
import { dateTime, number, yen } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Panel } from '../ui/panel.js'
import { Badge } from '../ui/status.js'
import type { OfficeCase } from './office-case.js'
import { useOfficeTexts } from './texts.js'

/** A value of an attribute by its type; undefined for what is no single value. */
export function useAttributeText(): (type: string, value: unknown) => string | undefined {
  const lang = useLanguage()
  return (type, value) => {
    if (value === null || value === undefined || value === '') return undefined
    if (type === 'yen') return yen(Number(value), lang)
    if (type === 'int') return number(Number(value))
    if (type === 'timestamp' && typeof value === 'string') return dateTime(new Date(/[zZ]|[+-]\d\d:\d\d$/.test(value) ? value : `${value}+09:00`), now(), lang)
    if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String).join(lang === 'ja' ? '、' : ', ')
    return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? String(value) : undefined
  }
}

/** What the office keeps of the case, and who has to do with it. */
export function KeyFacts({ application, definition }: { application: OfficeCase; definition: Definition }) {
  const say = useOfficeTexts(), label = useLabel(), shown = useAttributeText(), { office } = application
  const attributes = Object.entries(definition.charts[application.chart]?.attributes ?? {}).flatMap(([name, { type, label: named }]) => {
    const text = shown(type, office.attributes[name])
    return text === undefined ? [] : [{ name, label: label(named) || name, text }]
  })
  const given = Object.entries(office.approvals).flatMap(([event, steps]) => steps.map((step) => ({ event, ...step })))
  const role = (name: string): string => { const known = definition.roles[name]; return known ? label(known) : name }
  return (
    <Panel title={say('keyFacts')}>
      <dl className="kf">
        {attributes.map(({ name, label: named, text }) => <div key={name}><dt>{named}</dt><dd>{text}</dd></div>)}
        {office.parties.map(({ personId, role: held, name }) => <div key={personId + held}><dt>{role(held)}</dt><dd>{name}</dd></div>)}
      </dl>
      {given.length > 0 && <div className="mt-4"><h3 className="t12 font-bold">{say('approvals')}</h3><p className="mt-1 flex flex-wrap gap-2">{given.map(({ event, step }) => <Badge key={event + step} tone="ok" icon="stamp">{say('approved', { step: role(step) })}</Badge>)}</p></div>}
    </Panel>
  )
}
