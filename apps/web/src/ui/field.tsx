import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from 'react'
import { Icon } from './icons.js'
import { useUiTexts } from './texts.js'

export interface FieldProps {
  label: ReactNode
  /** Left out: neither is said. */
  required?: boolean
  help?: ReactNode
  error?: string
  warning?: string
  /** The control's id, so that a list of errors can lead to it. */
  id?: string
}

/** What a control needs to be tied to its label, help and error. */
export interface ControlProps { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }

/** Label above with 必須 or 任意, help between, the error below. */
export function Field({ label, required, help, error, warning, id: given, children }: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const own = useId(), id = given ?? own
  return (
    <div className="field">
      <label htmlFor={id}>{label} <Needed required={required} /></label>
      {help && <p className="sup" id={`${id}-help`}>{help}</p>}
      {children(controlProps({ id, help, error, warning }))}
      <FieldError id={id} error={error} warning={warning} />
    </div>
  )
}

/** Several controls under one question. */
export function FieldGroup({ label, required, help, error, warning, id: given, children }: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const own = useId(), id = given ?? own
  const described = [help && `${id}-help`, (error ?? warning) && `${id}-error`].filter(Boolean).join(' ')
  return (
    <fieldset className="field" aria-describedby={described || undefined} id={`${id}-group`}>
      <legend className="lab mb-2">{label} <Needed required={required} /></legend>
      {help && <p className="sup" id={`${id}-help`}>{help}</p>}
      {children({ id })}
      <FieldError id={id} error={error} warning={warning} />
    </fieldset>
  )
}

export function Needed({ required }: { required?: boolean }) {
  const say = useUiTexts()
  if (required === undefined) return null
  return required ? <span className="req">{say('required')}</span> : <span className="opt">{say('optional')}</span>
}

export function controlProps({ id, help, error, warning }: { id: string; help?: ReactNode; error?: string; warning?: string }): ControlProps {
  const described = [help ? `${id}-help` : '', error ?? warning ? `${id}-error` : ''].filter(Boolean).join(' ')
  return { id, ...(described ? { 'aria-describedby': described } : {}), ...(error ? { 'aria-invalid': true as const } : {}) }
}

export function FieldError({ id, error, warning }: { id: string; error?: string; warning?: string }) {
  if (!error && !warning) return null
  return <p className={error ? 'etext' : 'etext warn'} id={`${id}-error`}><Icon name={error ? 'error' : 'warning'} /><span>{error ?? warning}</span></p>
}

const WIDTHS = { 4: 'w4', 8: 'w8', 12: 'w12', full: 'wf' } as const
export type Width = keyof typeof WIDTHS

/** One line of text, as wide as the answer. */
export function TextInput({ width = 'full', right, unit, className = '', ...rest }: InputHTMLAttributes<HTMLInputElement> & { width?: Width; right?: boolean; unit?: string }) {
  const input = <input type="text" autoComplete="off" {...rest} className={`in ${WIDTHS[width]}${right ? ' num' : ''}${rest['aria-invalid'] ? ' err' : ''} ${className}`} />
  return unit ? <span className="unit">{input}{unit}</span> : input
}

export function TextArea({ className = '', ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea {...rest} className={`in${rest['aria-invalid'] ? ' err' : ''} ${className}`} />
}

export function Select({ className = '', width, ...rest }: SelectHTMLAttributes<HTMLSelectElement> & { width?: Width }) {
  return <select {...rest} className={`in${width ? ` ${WIDTHS[width]}` : ''}${rest['aria-invalid'] ? ' err' : ''} ${className}`} />
}

export function Choice({ type, label, help, ...rest }: Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> & { type: 'radio' | 'checkbox'; label: ReactNode; help?: ReactNode }) {
  const own = useId(), id = rest.id ?? own
  return (
    <div className="chk"><input {...rest} type={type} id={id} /><label htmlFor={id}>{label}{help && <span className="muted block">{help}</span>}</label></div>
  )
}
