import type { FieldDefinition } from '@saitaku/forms'

/** What an input of a form's field is given. */
export interface InputProps<F extends FieldDefinition = FieldDefinition> {
  field: F
  value: unknown
  /** As the form has read it: normalised, computed. */
  read: unknown
  error?: string
  warning?: string
  /** Problems by the rest of their path, for what has several parts. */
  partErrors: ReadonlyMap<string, string>
  onChange: (value: unknown) => void
  onBlur: () => void
  place: { application: string; form: string }
  totals: Readonly<Record<string, unknown>>
}

/** How a field is framed: its label, help, errors. */
export interface Frame { id: string; label: string; help?: string; error?: string; warning?: string; required?: boolean }
