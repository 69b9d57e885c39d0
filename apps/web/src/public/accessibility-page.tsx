import { CitizenPage } from '../ui/citizen-page.js'
import { usePublicTexts } from './texts.js'

const POINTS = ['accessibilityKeyboard', 'accessibilityZoom', 'accessibilityColour', 'accessibilityMotion'] as const

export function AccessibilityPage() {
  const say = usePublicTexts()
  return (
    <CitizenPage title={say('accessibilityTitle')} trail={[{ to: '/', label: say('homeTitle') }]}>
      <h1 className="h-page">{say('accessibilityTitle')}</h1>
      <p className="mt-4 max-w-[40em]">{say('accessibilityLead')}</p>
      <ul className="mt-4 list-disc pl-6">{POINTS.map((point) => <li key={point} className="mt-2">{say(point)}</li>)}</ul>
      <p className="mt-6 max-w-[40em]">{say('accessibilityContact')}</p>
    </CitizenPage>
  )
}
