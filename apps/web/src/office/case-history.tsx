import { useState } from 'react'
import type { Schemas } from '../api/client.js'
import type { Definition } from '../api/programme.js'
import { now } from '../session/settings.js'
import { dateTime } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { Panel } from '../ui/panel.js'
import { Timeline } from '../ui/timeline.js'
import { useOfficeTexts } from './texts.js'

const FIRST = 8

/** What happened, the newest first; each entry with who did it and the hash that it is chained by. */
export function CaseHistory({ entries, states }: { entries: readonly Schemas['HistoryEntry'][]; states: Definition }) {
  const say = useOfficeTexts(), label = useLabel(), lang = useLanguage(), [all, setAll] = useState(false)
  const newest = [...entries].reverse(), shown = all ? newest : newest.slice(0, FIRST)
  const role = (name: string): string => { const known = states.roles[name]; return known ? label(known) : name }
  const who = ({ actor, door }: Schemas['HistoryEntry']): string => actor?.name ?? (door === 'timer' || door === 'engine' ? say('automatic') : (actor?.roles ?? []).map(role).join('・'))
  return (
    <Panel title={say('history')} aside={<span className="meta">{say('cases', { count: entries.length })}</span>}>
      <Timeline small steps={shown.map((entry, at) => ({
        key: `${entry.seq ?? at}${entry.at}`, state: at === 0 ? 'now' : 'done', title: label(entry.label) || (entry.door === 'create' ? say('begun') : entry.type) || label(entry.publicStatusLabel),
        children: <span className="meta block">{dateTime(new Date(entry.at), now(), lang)}・{who(entry)}{entry.hash && <span title={entry.hash}> {entry.hash.slice(0, 4)}…{entry.hash.slice(-4)}</span>}</span>,
      }))} />
      {!all && entries.length > FIRST && <p className="mt-3"><Button rank="quiet" size="small" onClick={() => setAll(true)}>{say('allHistory', { count: entries.length })}</Button></p>}
    </Panel>
  )
}
