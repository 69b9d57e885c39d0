import type { FieldDefinition } from '@saitaku/forms'
import { number, yen } from '../../texts/dates.js'
import { useLabel, useLanguage } from '../../texts/texts.js'
import { Choice, Field, FieldGroup, Select, TextArea, TextInput, type Width } from '../../ui/field.js'
import { useApplicantTexts } from '../texts.js'
import { DateInput } from './date-input.js'
import { FileInput } from './file-input.js'
import { GOALS } from '../../ui/answers/goals.js'
import type { Frame, InputProps } from './input-props.js'
import { TableInput } from './table-input.js'
import { tidyNumber } from './tidy-number.js'

type Of<K extends FieldDefinition['kind']> = Extract<FieldDefinition, { kind: K }>
const RADIOS_AT_MOST = 8

/** One field of a form, whatever its kind. */
export function FieldInput(props: InputProps) {
  const label = useLabel(), lang = useLanguage()
  const { field, value, error, warning, onChange, onBlur } = props
  const frame = { id: field.id, label: label(field.label), help: label(field.help) || undefined, error, warning, ...('required' in field ? { required: field.required } : {}) }
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const typed = (next: string) => onChange(next === '' ? undefined : next)
  switch (field.kind) {
    case 'text': case 'kana': case 'email': case 'corporateNumber':
      return <Field {...frame}>{(control) => (
        <TextInput {...control} width={widthOf(field)} value={text} onChange={({ target }) => typed(target.value)} onBlur={onBlur} {...(field.kind === 'email' ? { type: 'email', inputMode: 'email', autoComplete: 'email' } : field.kind === 'corporateNumber' ? { inputMode: 'numeric' } : {})} />
      )}</Field>
    case 'longText':
      return <Field {...frame}>{(control) => <><TextArea {...control} rows={field.maxLength > 400 ? 7 : 4} value={text} onChange={({ target }) => typed(target.value)} onBlur={onBlur} /><Left text={text} max={field.maxLength} /></>}</Field>
    case 'number': case 'yen': {
      const unit = field.kind === 'yen' ? (lang === 'ja' ? '円' : 'yen') : label(field.unit) || undefined
      return <Field {...frame}>{(control) => (
        <TextInput {...control} inputMode="numeric" right width={8} unit={unit} value={text} onChange={({ target }) => typed(target.value)}
          onBlur={() => { typed(tidyNumber(text)); onBlur() }} />
      )}</Field>
    }
    case 'date':
      return <FieldGroup {...frame}>{(control) => <DateInput control={control} label={frame.label} value={value} onChange={onChange} onBlur={onBlur} />}</FieldGroup>
    case 'choice':
      if (field.options.length > RADIOS_AT_MOST)
        return <Field {...frame}>{(control) => <Select {...control} value={text} onChange={({ target }) => { typed(target.value); onBlur() }}><option value="" />{field.options.map((option) => <option key={option.id} value={option.id}>{label(option.label)}</option>)}</Select>}</Field>
      return <FieldGroup {...frame}>{() => <div>{field.options.map((option, at) => (
        <Choice key={option.id} type="radio" id={at === 0 ? field.id : undefined} name={field.id} value={option.id} checked={value === option.id} label={label(option.label)} onChange={() => { onChange(option.id); onBlur() }} />
      ))}</div>}</FieldGroup>
    case 'yesNo': return <YesNo {...props} frame={frame} />
    case 'choices': return <Several {...props} frame={frame} items={field.options.map((option) => ({ id: option.id, label: label(option.label) }))} />
    case 'sdgs': return <Several {...props} frame={frame} columns items={GOALS.map((goal, at) => ({ id: at + 1, label: `${at + 1} ${label(goal)}` }))} />
    case 'declaration': return <Declaration {...props} field={field} frame={frame} />
    case 'table': return <TableInput {...props} field={field} frame={frame} />
    case 'checklist': return <Checklist {...props} field={field} frame={frame} />
    case 'file': return <FileInput {...props} field={field} frame={frame} />
    case 'computed': return <Computed {...props} field={field} />
  }
}

function widthOf(field: Of<'text' | 'kana' | 'email' | 'corporateNumber'>): Width {
  if (field.kind === 'corporateNumber') return 12
  if (field.kind === 'email') return 'full'
  return field.maxLength <= 12 ? 8 : field.maxLength <= 24 ? 12 : 'full'
}

/** Counted as people count: a character outside the first plane is one. */
function Left({ text, max }: { text: string; max: number }) {
  const say = useApplicantTexts(), left = max - [...text].length
  return <p className={`meta${left < 0 ? ' text-(--bad)' : ''}`} aria-live="off">{left < 0 ? say('over', { count: -left }) : say('left', { count: left })}</p>
}

function YesNo({ field, value, onChange, onBlur, frame }: InputProps & { frame: Frame }) {
  const say = useApplicantTexts()
  return (
    <FieldGroup {...frame}>{() => <div>{[true, false].map((answer, at) => (
      <Choice key={String(answer)} type="radio" id={at === 0 ? field.id : undefined} name={field.id} checked={value === answer} label={say(answer ? 'yes' : 'no')} onChange={() => { onChange(answer); onBlur() }} />
    ))}</div>}</FieldGroup>
  )
}

function Several({ field, value, onChange, onBlur, frame, items, columns }: InputProps & { frame: Frame; items: readonly { id: string | number; label: string }[]; columns?: boolean }) {
  const chosen = Array.isArray(value) ? (value as unknown[]) : []
  const toggle = (id: string | number) => {
    const next = chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]
    onChange(next.length === 0 ? undefined : next)
    onBlur()
  }
  return (
    <FieldGroup {...frame}>{() => <div className={columns ? 'grid gap-x-6 desktop:grid-cols-2' : ''}>{items.map(({ id, label }, at) => (
      <Choice key={id} type="checkbox" id={at === 0 ? field.id : undefined} checked={chosen.includes(id)} label={label} onChange={() => toggle(id)} />
    ))}</div>}</FieldGroup>
  )
}

function Declaration({ field, value, onChange, onBlur, frame }: InputProps<Of<'declaration'>> & { frame: Frame }) {
  const say = useApplicantTexts(), label = useLabel()
  return (
    <FieldGroup {...frame}>{() => <>
      {field.text && <p className="rounded-8 bg-(--ground-2) p-4">{label(field.text)}</p>}
      <Choice type="checkbox" id={field.id} checked={value === true} label={say('agree')} onChange={({ target }) => { onChange(target.checked ? true : undefined); onBlur() }} />
    </>}</FieldGroup>
  )
}

function Checklist({ field, value, onChange, onBlur, frame, partErrors, totals }: InputProps<Of<'checklist'>> & { frame: Frame }) {
  const say = useApplicantTexts(), label = useLabel()
  const points = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const levels = Array.from({ length: field.max + 1 }, (_, at) => at)
  const set = (id: string, given: number) => { onChange({ ...points, [id]: given }); onBlur() }
  const groups = field.groups.length > 0 ? field.groups : [undefined]
  const total = totals[`${field.id}Total`]
  return (
    <FieldGroup {...frame}>{() => <div className="w-full">
      {groups.map((group) => (
        <div key={group?.id ?? ''} className="mt-4">
          {group && <h2 className="h-sub">{label(group.label)}</h2>}
          {field.items.filter((item) => item.group === group?.id).map((item) => (
            <fieldset key={item.id} className="border-b border-(--rule) py-3">
              <legend className="font-bold">{label(item.label)}</legend>
              {item.help && <p className="sup">{label(item.help)}</p>}
              <div className="flex flex-wrap gap-x-5">{levels.map((level) => (
                <Choice key={level} type="radio" id={item === field.items[0] && level === 0 ? field.id : `${field.id}-${item.id}-${level}`} name={`${field.id}-${item.id}`} checked={points[item.id] === level}
                  label={field.max === 1 ? say(level === 1 ? 'yes' : 'no') : String(level)} onChange={() => set(item.id, level)} />
              ))}</div>
              {partErrors.get(`/${item.id}`) && <p className="etext">{partErrors.get(`/${item.id}`)}</p>}
            </fieldset>
          ))}
        </div>
      ))}
      {typeof total === 'number' && <p className="mt-3 flex justify-between gap-4" role="status"><span>{say('sum', { label: label(field.label) })}</span><b>{number(total)}</b></p>}
    </div>}</FieldGroup>
  )
}

function Computed({ field, read }: InputProps<Of<'computed'>>) {
  const label = useLabel(), say = useApplicantTexts()
  const shown = typeof read === 'number' ? yenOrNumber(field.expression, read) : typeof read === 'string' ? read : read === true ? say('yes') : read === false ? say('no') : '–'
  return (
    <p className="computed" role="status" id={field.id}>
      <span><span className="font-bold">{label(field.label)}</span><span className="meta block">{say('computed')}</span></span><b className="text-std-22B-150 nw">{shown}</b>
    </p>
  )
}

/** A sum over money reads as money. The grammar has no unit for what is computed. */
const yenOrNumber = (_expression: string, value: number): string => yen(value)
