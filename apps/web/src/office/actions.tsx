import type { AvailableEvent } from '../api/events.js'
import type { Definition } from '../api/programme.js'
import { useLabel } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { Icon } from '../ui/icons.js'
import { approvalOf } from './chart-reading.js'
import { useOfficeTexts } from './texts.js'

/** What this person can do now; the first that leads on is the main one. What is not possible says why. */
export function Actions({ events, definition, chart, onChoose }: { events: readonly AvailableEvent[]; definition: Definition; chart: string; onChoose: (event: AvailableEvent) => void }) {
  const say = useOfficeTexts(), label = useLabel()
  const possible = events.filter(({ blocked }) => !blocked), blocked = events.filter((event) => event.blocked)
  const main = possible.find(({ confirm }) => !confirm), others = possible.filter((event) => event !== main)
  const role = (step: string): string => { const known = definition.roles[step]; return known ? label(known) : step }
  const note = (event: AvailableEvent): string => {
    const approval = approvalOf(definition, chart, event.type)
    return [approval && say('approvalChain', { steps: approval.steps.map(role).join(' → ') }), approval?.separate && say('separate'), event.requires.includes('reason') && say('needsReason')].filter(Boolean).join(' ')
  }
  if (events.length === 0) return <p className="t12 muted">{say('noActions')}</p>
  return (
    <>
      {main && <><Button rank="main" arrow className="w-full" onClick={() => onChoose(main)}>{label(main.label) || main.type}</Button>{note(main) && <p className="t12 mt-2">{note(main)}</p>}</>}
      {others.length > 0 && <ul className="acts">{others.map((event) => <li key={event.type}><button type="button" className="link" onClick={() => onChoose(event)}>{label(event.label) || event.type}</button>{note(event) && <span className="meta block">{note(event)}</span>}</li>)}</ul>}
      {blocked.map((event) => <p key={event.type} className="meta mt-3 flex gap-2"><Icon name="none" /><span>{say('cannot', { event: label(event.label) || event.type, why: label(event.blocked) })}</span></p>)}
    </>
  )
}
