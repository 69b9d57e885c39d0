import { useEffect, useState } from 'react'
import { eraDate } from '../../texts/dates.js'
import { TextInput, type ControlProps } from '../../ui/field.js'
import { useUiTexts } from '../../ui/texts.js'
import { dateFromParts, partsOfDate, partsOfPasted, type DateParts } from './date-parts.js'

const PARTS = [['year', 6.5], ['month', 4], ['day', 4]] as const
const ISO = /^\d{4}-\d\d-\d\d$/

/** Year, month and day apart; eras are taken too, and the era is shown back to be compared with a document. */
export function DateInput({ control, label, value, onChange, onBlur }: { control: ControlProps; label: string; value: unknown; onChange: (value: string | undefined) => void; onBlur: () => void }) {
  const say = useUiTexts()
  const [parts, setParts] = useState<DateParts>(() => partsOfDate(value))
  // another's answer that was taken over; what is typed here comes back the same
  useEffect(() => setParts((shown) => dateFromParts(shown) === value ? shown : partsOfDate(value)), [value])
  const change = (next: DateParts) => {
    setParts(next)
    onChange(dateFromParts(next))
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2" onBlur={({ currentTarget, relatedTarget }) => { if (!currentTarget.contains(relatedTarget)) onBlur() }}>
        {PARTS.map(([part, width], at) => (
          <span className="unit" key={part}>
            <TextInput {...(at === 0 ? control : { 'aria-invalid': control['aria-invalid'] })} id={at === 0 ? control.id : `${control.id}-${part}`} aria-label={`${label} ${say(part)}`} inputMode={part === 'year' ? 'text' : 'numeric'} right width={4}
              style={{ width: `${width}rem` }} value={parts[part]} onChange={({ target }) => change({ ...parts, [part]: target.value })}
              onPaste={(event) => {
                const pasted = partsOfPasted(event.clipboardData.getData('text'))
                if (!pasted) return
                event.preventDefault()
                change(pasted)
              }} />
            <span aria-hidden="true">{say(part)}</span>
          </span>
        ))}
      </div>
      {typeof value === 'string' && ISO.test(value) && <p className="sup">{eraDate(value)}</p>}
    </>
  )
}
