import type { FieldDefinition } from '@saitaku/forms'
import { Fragment } from 'react'
import { eraDate, number, yen } from '../../texts/dates.js'
import { useLabel, useLanguage } from '../../texts/texts.js'
import { filesOf, ReceivedFile } from './received-file.js'
import { isAsked, type FormReading, type SectionDefinition } from './form-reading.js'
import { GOALS } from './goals.js'
import { useAnswerTexts } from './texts.js'

type Cell = Pick<FieldDefinition, 'kind'> & Partial<Pick<Extract<FieldDefinition, { kind: 'choice' }>, 'options'>>

/** One answer as text. */
export function useShown(): (field: Cell | undefined, value: unknown) => string {
  const label = useLabel(), lang = useLanguage(), say = useAnswerTexts()
  const shown = (field: Cell | undefined, value: unknown): string => {
    if (value === undefined || value === null) return ''
    const option = (id: unknown): string => label(field?.options?.find((each) => each.id === id)?.label) || text(id)
    if (typeof value === 'boolean') return say(value ? 'yes' : 'no')
    if (typeof value === 'number') return field?.kind === 'yen' || field?.kind === 'computed' ? yen(value, lang) : number(value)
    if (field?.kind === 'choice') return option(value)
    if (field?.kind === 'choices' && Array.isArray(value)) return value.map(option).join(lang === 'ja' ? '、' : ', ')
    if (field?.kind === 'sdgs' && Array.isArray(value)) return value.map((goal: number) => `${goal} ${label(GOALS[goal - 1])}`).join(lang === 'ja' ? '、' : ', ')
    if (field?.kind === 'date' && typeof value === 'string') return lang === 'ja' ? `${value.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, '$1年$2月$3日')}(${eraDate(value).replace(/年.*/, '年')})` : value
    if (Array.isArray(value)) return value.map((each) => shown(undefined, each)).join(lang === 'ja' ? '、' : ', ')
    return text(value)
  }
  return shown
}

const text = (value: unknown): string => typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value)

/** Answers as text, with their questions. */
export function AnswerList({ reading, section, fileAddress }: { reading: FormReading; section: SectionDefinition; /** Where a file of this sum can be opened. */ fileAddress?: (sha256: string) => string | undefined }) {
  const label = useLabel(), say = useAnswerTexts(), shown = useShown()
  return (
    <dl className="dl dl-stack">
      {section.fields.filter((field) => isAsked(reading, field)).map((field) => {
        const value = reading.values[field.id] ?? reading.answers[field.id]
        return (
          <Fragment key={field.id}>
            <dt>{label(field.label)}</dt>
            <dd>{value === undefined || value === null ? <span className="muted">{say('unanswered')}</span>
              : field.kind === 'table' ? <TableAnswer field={field} rows={value} />
                : field.kind === 'checklist' ? <ul>{field.items.map((item) => <li key={item.id} className="flex justify-between gap-4 border-b border-(--rule-2) py-1"><span>{label(item.label)}</span><span className="nw">{(value as Record<string, number>)[item.id] ?? '–'}</span></li>)}</ul>
                  : field.kind === 'file' ? <ul>{filesOf(value).map((file) => <ReceivedFile key={file.sha256 + file.name} file={file} href={fileAddress?.(file.sha256)} />)}</ul>
                    : <span className="whitespace-pre-wrap">{shown(field, value)}</span>}</dd>
          </Fragment>
        )
      })}
    </dl>
  )
}

function TableAnswer({ field, rows }: { field: Extract<FieldDefinition, { kind: 'table' }>; rows: unknown }) {
  const label = useLabel(), shown = useShown()
  const items = Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []
  return (
    <table className="tbl tbl-stack" role="table">
      <caption className="sr-only">{label(field.label)}</caption>
      <thead role="rowgroup"><tr role="row">{field.columns.map((column) => <th key={column.id} role="columnheader" scope="col" className={column.kind === 'yen' || column.kind === 'number' ? 'num' : ''}>{label(column.label)}</th>)}</tr></thead>
      <tbody role="rowgroup">{items.map((row, at) => <tr role="row" key={at}>{field.columns.map((column) => <td role="cell" key={column.id} data-l={label(column.label)} className={column.kind === 'yen' || column.kind === 'number' ? 'num' : ''}>{shown(column, row[column.id])}</td>)}</tr>)}</tbody>
    </table>
  )
}
