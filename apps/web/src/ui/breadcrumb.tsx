import { Link } from 'react-router'
import { useUiTexts } from './texts.js'

export interface Crumb { to: string; label: string }

export function Breadcrumb({ trail, here }: { trail: readonly Crumb[]; here: string }) {
  const say = useUiTexts()
  return (
    <nav aria-label={say('whereYouAre')}>
      <ol className="crumb">
        {trail.map(({ to, label }) => <li key={to}><Link to={to}>{label}</Link></li>)}
        <li aria-current="page">{here}</li>
      </ol>
    </nav>
  )
}
