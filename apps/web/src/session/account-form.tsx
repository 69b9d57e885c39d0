import { useState, type FormEvent, type InputHTMLAttributes } from 'react'
import { isProblem } from '../api/problem.js'
import { useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { ErrorSummary, type SummaryItem } from '../ui/error-summary.js'
import { Field, TextInput, type Width } from '../ui/field.js'
import { Banner } from '../ui/status.js'
import { useAccountTexts } from './account-texts.js'

export interface AccountField extends Pick<InputHTMLAttributes<HTMLInputElement>, 'type' | 'autoComplete' | 'inputMode'> { name: string; label: string; help?: string; optional?: boolean; width?: Width; initial?: string }

/** A short form: what is missing is said at the top and at the field, what the service refuses above it. */
export function AccountForm<N extends string>({ fields, action, failure, onSubmit }: { fields: readonly (AccountField & { name: N })[]; action: string; failure: string; onSubmit: (values: Record<N, string>) => Promise<unknown> }) {
  const say = useAccountTexts(), lang = useLanguage()
  const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(fields.map(({ name, initial = '' }) => [name, initial])))
  const [errors, setErrors] = useState<SummaryItem[]>([]), [attempt, setAttempt] = useState(0)
  const [busy, setBusy] = useState(false), [refused, setRefused] = useState<string | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    const missing = fields.filter(({ name, optional }) => !optional && (values[name] ?? '').trim() === '').map(({ name, label }) => ({ field: name, text: say('missing', { label }) }))
    setErrors(missing)
    setAttempt(attempt + 1)
    setRefused(null)
    if (missing.length > 0) return
    setBusy(true)
    try {
      await onSubmit(values)
    } catch (error) {
      if (!isProblem(error)) throw error
      const waits = error.retryAfter === null ? '' : ` ${say('wait', { count: error.retryAfter })}`
      setRefused(error.status === 0 ? say('unreachable') : `${error.body?.reason?.[lang] ?? error.message}${waits}`)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="mt-6 grid max-w-[30rem] gap-6" onSubmit={(event) => void submit(event)} noValidate>
      <ErrorSummary items={errors} attempt={attempt} />
      {refused !== null && <Banner tone="bad" title={failure} live><p>{refused}</p></Banner>}
      {fields.map(({ name, label, help, optional, initial: _, ...input }) => (
        <Field key={name} id={name} label={label} required={!optional} help={help} error={errors.find(({ field }) => field === name)?.text}>
          {(control) => <TextInput {...control} {...input} name={name} value={values[name]} onChange={({ target }) => setValues({ ...values, [name]: target.value })} />}
        </Field>
      ))}
      <p><Button type="submit" rank="main" size="large" wide busy={busy}>{action}</Button></p>
    </form>
  )
}
