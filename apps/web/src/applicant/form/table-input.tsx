import type { ColumnDefinition, FieldOf } from '@saitaku/forms'
import { number, yen } from '../../texts/dates.js'
import { useLabel, useLanguage } from '../../texts/texts.js'
import { Button } from '../../ui/button.js'
import { FieldError, Needed, Select, TextInput } from '../../ui/field.js'
import { toast } from '../../ui/toast.js'
import { useApplicantTexts } from '../texts.js'
import type { Frame, InputProps } from './input-props.js'
import { pastedCells } from './pasted-cells.js'
import { tidyNumber } from './tidy-number.js'

type Row = Record<string, unknown>
const rowsOf = (value: unknown): Row[] => Array.isArray(value) ? value.map((row) => (typeof row === 'object' && row !== null ? (row as Row) : {})) : []
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Rows of one value a column; on phones each row is a group of labelled fields. Cells of a spreadsheet may be pasted. */
export function TableInput({ field, value, onChange, onBlur, partErrors, totals, frame }: InputProps<FieldOf<'table'>> & { frame: Frame }) {
  const say = useApplicantTexts(), label = useLabel(), lang = useLanguage()
  const saved = rowsOf(value), rows = saved.length > 0 ? saved : [{}]
  const write = (next: Row[]) => onChange(next.some((row) => Object.keys(row).length > 0) ? next : undefined)
  const set = (at: number, column: string, cell: unknown) => write(rows.map((row, index) => index === at ? withCell(row, column, cell) : row))
  const paste = (at: number, first: number, text: string): boolean => {
    const cells = pastedCells(text)
    if (!cells) return false
    const next = [...rows]
    for (const [down, line] of cells.slice(0, field.maxRows - at).entries())
      next[at + down] = line.reduce((row, cell, right) => {
        const column = field.columns[first + right]
        return column ? withCell(row, column.id, cellValue(column, cell)) : row
      }, next[at + down] ?? {})
    write(next)
    return true
  }
  const remove = (at: number) => {
    write(rows.filter((_, index) => index !== at))
    toast(say('rowRemoved'), { action: { label: say('undo'), run: () => write(rows) } })
  }
  return (
    <section aria-labelledby={`${field.id}-title`} id={`${field.id}-group`}>
      <h2 className="lab" id={`${field.id}-title`}>{frame.label} <Needed required={frame.required} /></h2>
      {frame.help && <p className="sup mt-1">{frame.help}</p>}
      <p className="meta">{say('pasteHint')}</p>
      <table className="tbl tbl-stack tbl-mid mt-2" role="table">
        <caption className="sr-only">{frame.label}</caption>
        <thead role="rowgroup"><tr role="row">{field.columns.map((column) => <th key={column.id} role="columnheader" scope="col" className={isNumber(column) ? 'num' : ''}>{label(column.label)}</th>)}<th role="columnheader" scope="col"><span className="sr-only">{say('removeRow')}</span></th></tr></thead>
        <tbody role="rowgroup">{rows.map((row, at) => (
          <tr role="row" key={at}>
            {field.columns.map((column, position) => {
              const id = at === 0 && position === 0 ? field.id : `${field.id}-${at}-${column.id}`, error = partErrors.get(`/${at}/${column.id}`)
              return (
                <td role="cell" key={column.id} className={isNumber(column) ? 'num row' : ''}>
                  <label className="desktop:sr-only t12 muted" htmlFor={id}>{label(column.label)} <span className="sr-only">{say('row', { at: at + 1 })}</span></label>
                  <Cell column={column} id={id} value={row[column.id]} error={error} onChange={(cell) => set(at, column.id, cell)} onBlur={() => { const cell = row[column.id]; if (isNumber(column) && typeof cell === 'string' && tidyNumber(cell) !== cell) set(at, column.id, tidyNumber(cell)); onBlur() }} onPaste={(text) => paste(at, position, text)} />
                  {error && <FieldError id={id} error={error} />}
                </td>
              )
            })}
            <td role="cell" className="num">{(rows.length > 1 || saved.length > 0) && <Button rank="quiet" size="small" icon="minus" aria-label={`${say('removeRow')}: ${say('row', { at: at + 1 })}`} onClick={() => remove(at)}>{say('remove')}</Button>}</td>
          </tr>
        ))}</tbody>
        {field.sums.length > 0 && (
          <tfoot role="rowgroup">{field.sums.map((id) => {
            const column = field.columns.find((each) => each.id === id), total = totals[`${field.id}${capital(id)}`]
            return column && (
              <tr role="row" key={id}><th role="rowheader" scope="row" colSpan={field.columns.length - 1}>{say('sum', { label: label(column.label) })}</th><td role="cell" className="num">{typeof total === 'number' ? (column.kind === 'yen' ? yen(total, lang) : number(total)) : '–'}</td><td role="cell" /></tr>
            )
          })}</tfoot>
        )}
      </table>
      {rows.length < field.maxRows && <Button rank="quiet" icon="plus" onClick={() => write([...rows, {}])}>{say('addRow')}</Button>}
      <FieldError id={field.id} error={frame.error} warning={frame.warning} />
    </section>
  )
}

function Cell({ column, id, value, error, onChange, onBlur, onPaste }: { column: ColumnDefinition; id: string; value: unknown; error: string | undefined; onChange: (value: unknown) => void; onBlur: () => void; onPaste: (text: string) => boolean }) {
  const say = useApplicantTexts(), label = useLabel()
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  const control = { id, onBlur, ...(error ? { 'aria-invalid': true as const, 'aria-describedby': `${id}-error` } : {}) }
  const typed = (next: string) => onChange(next === '' ? undefined : next)
  if (column.kind === 'choice') return <Select {...control} width="full" value={text} onChange={({ target }) => typed(target.value)}><option value="" />{column.options.map((option) => <option key={option.id} value={option.id}>{label(option.label)}</option>)}</Select>
  if (column.kind === 'yesNo') return <Select {...control} value={value === true ? 'true' : value === false ? 'false' : ''} onChange={({ target }) => onChange(target.value === '' ? undefined : target.value === 'true')}><option value="" /><option value="true">{say('yes')}</option><option value="false">{say('no')}</option></Select>
  return (
    <TextInput {...control} width={isNumber(column) ? 8 : 'full'} right={isNumber(column)} inputMode={isNumber(column) ? 'numeric' : undefined} value={text} onChange={({ target }) => typed(target.value)}
      {...(column.kind === 'date' ? { type: 'date' } : {})} onPaste={(event) => { if (onPaste(event.clipboardData.getData('text'))) event.preventDefault() }} />
  )
}

const isNumber = ({ kind }: ColumnDefinition): boolean => kind === 'yen' || kind === 'number'

function withCell(row: Row, column: string, cell: unknown): Row {
  const { [column]: _, ...rest } = row
  return cell === undefined ? rest : { ...rest, [column]: cell }
}

/** A pasted cell names an option by its label; anything else is taken as it is typed. */
function cellValue(column: ColumnDefinition, text: string): unknown {
  if (text === '') return undefined
  if (column.kind === 'choice') return column.options.find(({ id, label }) => [id, label.ja, label.en].includes(text))?.id ?? undefined
  return text
}
