import { useState, type FormEvent } from 'react'
import { newKey, useSendEvent, type AvailableEvent } from '../api/events.js'
import { isProblem } from '../api/problem.js'
import { texts, useLabel, useLanguage, type Label } from '../texts/texts.js'
import { Button } from './button.js'
import { Dialog } from './dialog.js'
import { ErrorSummary, type SummaryItem } from './error-summary.js'
import { Field, Select, TextArea, TextInput } from './field.js'
import { Banner } from './status.js'
import { toast } from './toast.js'

const useTexts = texts('event', {
  reason: ['理由', 'Reason'],
  reasonHelp: ['相手に伝わる文で書いてください。記録に残ります。', 'Write it so that the other side understands. It is kept on record.'],
  amount: ['金額', 'Amount'],
  conditions: ['条件', 'Conditions'],
  conditionsHelp: ['1行に1つずつ書いてください。', 'One on each line.'],
  minutes: ['審議の記録', 'Minutes'],
  rank: ['順位', 'Rank'],
  until: ['新しい期限', 'New deadline'],
  completedOn: ['完了した日', 'Completed on'],
  remarks: ['直していただくところ', 'What is to be corrected'],
  remarksHelp: ['項目ごとに、何をどう直すかを書いてください。', 'Say for each field what to mend and how.'],
  remarkField: ['項目', 'Field'],
  remarkText: ['内容', 'What to mend'],
  remarkAny: ['全体について', 'The application as a whole'],
  addRemark: ['指摘を追加する', 'Add a remark'],
  removeRemark: ['この指摘を消す', 'Remove this remark'],
  confirm: ['「{{label}}」を行います。よろしいですか。', 'This will “{{label}}”. Are you sure?'],
  missing: ['{{label}}を入力してください', 'Please fill in: {{label}}'],
  notANumber: ['{{label}}は数字で入力してください', 'Please give a number: {{label}}'],
  done: ['「{{label}}」を行いました', 'Done: {{label}}'],
  cancel: ['やめる', 'Cancel'],
  refused: ['この操作はできませんでした', 'This could not be done'],
  stale: ['ほかの人が先に進めました。最新の内容を確かめてください。', 'Somebody else was faster. Please look at the present state.'],
  yes: ['はい', 'Yes'],
  no: ['いいえ', 'No'],
})

interface Asked { name: string; type: string; optional: boolean; label: string; help?: string }
interface Remark { field: string; text: string }
/** A field that a remark may name. */
export interface RemarkField { id: string; label: string }

const REQUIRED_TYPES: Record<string, string> = { reason: 'string', amount: 'yen', conditions: 'strings', remarks: 'remarks', minutes: 'string', completedOn: 'date', until: 'timestamp', rank: 'int' }

/** What the event takes besides its name. `form.x` is no data: that form must be complete. */
function askedOf(event: AvailableEvent, labels: Record<string, Label | undefined>, say: ReturnType<typeof useTexts>, label: (it: Label) => string): Asked[] {
  const required = event.requires.filter((path) => !path.includes('.'))
  const names = [...new Set([...Object.keys(event.asks), ...required])]
  const known = (name: string): string => {
    const given = labels[name]
    if (given) return label(given)
    return name in REQUIRED_TYPES ? say(name as 'reason') : name
  }
  return names.map((name) => ({
    name, type: event.asks[name]?.type ?? REQUIRED_TYPES[name] ?? 'string', optional: !required.includes(name) && (event.asks[name]?.optional ?? false), label: known(name),
    ...(name === 'reason' ? { help: say('reasonHelp') } : {}),
  }))
}


interface Props {
  event: AvailableEvent | null
  caseId: string
  etag?: string | null
  /** What the programme calls the things that events ask for. */
  labels?: Record<string, Label | undefined>
  remarkFields?: readonly RemarkField[]
  onClose: () => void
  onDone?: () => void
}

/** Asks for what an event needs, and for a confirmation where it wants one; then sends it. */
export function EventDialog({ event, ...rest }: Props) {
  return event && <OpenEventDialog key={event.type} event={event} {...rest} />
}

function OpenEventDialog({ event, caseId, etag, labels = {}, remarkFields = [], onClose, onDone }: Props & { event: AvailableEvent }) {
  const say = useTexts(), label = useLabel(), lang = useLanguage()
  const [values, setValues] = useState<Record<string, string>>({})
  const [remarks, setRemarks] = useState<Remark[]>([{ field: remarkFields[0]?.id ?? '', text: '' }])
  const [errors, setErrors] = useState<SummaryItem[]>([]), [attempt, setAttempt] = useState(0)
  const [key] = useState(newKey)
  const send = useSendEvent()
  const asked = askedOf(event, labels, say, label), title = label(event.label) || event.type
  const problem = isProblem(send.error) ? send.error : null

  const submit = (submitted: FormEvent) => {
    submitted.preventDefault()
    const { data, problems } = readValues(asked, values, remarks, say)
    setErrors(problems)
    setAttempt(attempt + 1)
    if (problems.length > 0 || send.isPending) return
    send.mutate({ caseId, type: event.type, data, key, ...(etag ? { etag } : {}) }, {
      onSuccess: () => {
        toast(say('done', { label: title }))
        onDone?.()
        onClose()
      },
      onError: (error) => { if (isProblem(error)) setErrors((error.body?.errors ?? []).map(({ pointer, detail, message }) => ({ field: `event-${pointer.split('/')[2] ?? ''}`, text: message?.[lang] ?? detail }))) },
    })
  }
  return (
    <Dialog open title={title} onClose={onClose} actions={<>
      <Button type="submit" form="event-form" rank="main" busy={send.isPending}>{title}</Button>
      <Button rank="second" onClick={onClose}>{say('cancel')}</Button>
    </>}>
      <form id="event-form" className="stack" onSubmit={submit} noValidate>
        <ErrorSummary items={errors} attempt={attempt} />
        {problem && errors.length === 0 && <Banner tone="bad" title={say('refused')} level={3} live><p>{problem.code === 'stale' ? say('stale') : problem.body?.reason?.[lang] ?? problem.message}</p></Banner>}
        {event.confirm && <p>{say('confirm', { label: title })}</p>}
        {asked.map((each) => each.type === 'remarks'
          ? <Remarks key={each.name} remarks={remarks} fields={remarkFields} onChange={setRemarks} />
          : <AskedField key={each.name} asked={each} value={values[each.name] ?? ''} error={errors.find(({ field }) => field === `event-${each.name}`)?.text} onChange={(value) => setValues({ ...values, [each.name]: value })} />)}
      </form>
    </Dialog>
  )
}

function AskedField({ asked, value, error, onChange }: { asked: Asked; value: string; error: string | undefined; onChange: (value: string) => void }) {
  const say = useTexts()
  const change = (event: { target: { value: string } }) => onChange(event.target.value)
  return (
    <Field id={`event-${asked.name}`} label={asked.label} required={!asked.optional} help={asked.type === 'strings' ? say('conditionsHelp') : asked.help} error={error}>
      {(control) => {
        if (asked.type === 'yen' || asked.type === 'int') return <TextInput {...control} inputMode="numeric" right width={8} value={value} onChange={change} unit={asked.type === 'yen' ? '円' : undefined} />
        if (asked.type === 'timestamp') return <TextInput {...control} type="datetime-local" width={12} value={value} onChange={change} />
        if (asked.type === 'date') return <TextInput {...control} type="date" width={12} value={value} onChange={change} />
        if (asked.type === 'bool') return <Select {...control} value={value} onChange={change}><option value="" /><option value="true">{say('yes')}</option><option value="false">{say('no')}</option></Select>
        return <TextArea {...control} rows={asked.type === 'strings' ? 4 : 3} value={value} onChange={change} />
      }}
    </Field>
  )
}

function Remarks({ remarks, fields, onChange }: { remarks: readonly Remark[]; fields: readonly RemarkField[]; onChange: (remarks: Remark[]) => void }) {
  const say = useTexts()
  const set = (at: number, change: Partial<Remark>) => onChange(remarks.map((remark, index) => index === at ? { ...remark, ...change } : remark))
  return (
    <fieldset id="event-remarks-group">
      <legend className="lab">{say('remarks')}</legend>
      <p className="sup">{say('remarksHelp')}</p>
      {remarks.map((remark, at) => (
        <div key={at} className="mt-3 stack border-t border-(--rule) pt-3">
          <Field id={at === 0 ? 'event-remarks' : `event-remark-${at}`} label={say('remarkField')}>{(control) => (
            <Select {...control} width="full" value={remark.field} onChange={({ target }) => set(at, { field: target.value })}>
              <option value="">{say('remarkAny')}</option>{fields.map(({ id, label }) => <option key={id} value={id}>{label}</option>)}
            </Select>
          )}</Field>
          <Field label={say('remarkText')} required>{(control) => <TextArea {...control} rows={2} value={remark.text} onChange={({ target }) => set(at, { text: target.value })} />}</Field>
          {remarks.length > 1 && <Button rank="quiet" size="small" icon="minus" onClick={() => onChange(remarks.filter((_, index) => index !== at))}>{say('removeRemark')}</Button>}
        </div>
      ))}
      <Button rank="quiet" size="small" icon="plus" onClick={() => onChange([...remarks, { field: fields[0]?.id ?? '', text: '' }])}>{say('addRemark')}</Button>
    </fieldset>
  )
}

const TOKYO = '+09:00'

/** Digits as people type them: full width, grouped, with 円. */
const wholeNumber = (text: string): number | undefined => {
  const plain = text.normalize('NFKC').replace(/[,\s円¥]/g, '')
  return /^-?\d{1,15}$/.test(plain) ? Number(plain) : undefined
}

function readValues(asked: readonly Asked[], values: Record<string, string>, remarks: readonly Remark[], say: ReturnType<typeof useTexts>): { data: Record<string, unknown>; problems: SummaryItem[] } {
  const data: Record<string, unknown> = {}
  const problems: SummaryItem[] = []
  for (const { name, type, optional, label } of asked) {
    const text = (values[name] ?? '').trim(), field = `event-${name}`
    if (type === 'remarks') {
      const given = remarks.filter((remark) => remark.text.trim() !== '')
      if (given.length > 0) data[name] = given.map((remark) => ({ ...(remark.field ? { field: remark.field } : {}), text: remark.text.trim() }))
      else if (!optional) problems.push({ field, text: say('missing', { label }) })
    } else if (text === '') {
      if (!optional) problems.push({ field, text: say('missing', { label }) })
    } else if (type === 'yen' || type === 'int') {
      const number = wholeNumber(text)
      if (number === undefined) problems.push({ field, text: say('notANumber', { label }) })
      else data[name] = number
    } else if (type === 'strings') data[name] = text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
    else if (type === 'bool') data[name] = text === 'true'
    else if (type === 'timestamp') data[name] = `${text}:00${TOKYO}`
    else data[name] = text
  }
  return { data, problems }
}
