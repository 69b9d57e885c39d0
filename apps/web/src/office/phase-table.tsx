import { Link } from 'react-router'
import { TableRegion } from '../ui/panel.js'
import { PHASES } from './phases.js'
import { useOfficeTexts } from './texts.js'

const WIDTH = 140

/** How many applications stand in each phase; every number opens its list. A sentence says what to see. */
export function PhaseTable({ phases, address }: { phases: Readonly<Record<string, number>>; address: (phase: string) => string }) {
  const say = useOfficeTexts()
  const rows = PHASES.map(([phase, key]) => ({ phase, name: say(key), count: phases[phase] ?? 0 }))
  const total = rows.reduce((sum, { count }) => sum + count, 0), most = rows.reduce((best, row) => row.count > best.count ? row : best)
  return (
    <>
      <p className="t12 px-4 pt-3">{total === 0 ? say('phasesNone') : say('phasesSentence', { total, phase: most.name, count: most.count })}</p>
      <TableRegion name={say('phase')}>
        <table className="tbl" style={{ minWidth: 0 }}><caption className="sr-only">{say('phase')}</caption>
          <thead><tr><th scope="col">{say('phase')}</th><th scope="col" className="num">{say('count')}</th><th scope="col" style={{ width: '45%' }}><span className="sr-only">{say('bars')}</span></th></tr></thead>
          <tbody>{rows.map(({ phase, name, count }) => (
            <tr key={phase}><th scope="row" className="nw">{name}</th><td className="num">{count === 0 ? 0 : <Link to={address(phase)}>{count}<span className="sr-only"> {name}</span></Link>}</td>
              <td><svg viewBox={`0 0 ${WIDTH} 14`} width="100%" height="14" preserveAspectRatio="none" aria-hidden="true"><rect width={most.count === 0 ? 0 : count / most.count * WIDTH} height="14" rx="1" fill="var(--key)" /></svg></td></tr>
          ))}</tbody>
        </table>
      </TableRegion>
    </>
  )
}
