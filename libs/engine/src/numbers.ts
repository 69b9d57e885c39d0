import { eraYear, fiscalYearOf } from '@saitaku/calendar'
import type { ProgrammeDefinition } from '@saitaku/statechart'

/** The counter that a number is taken from: each scope counts 1, 2, 3 … without gaps. */
export function numberScope(definition: ProgrammeDefinition, name: string, at: Date): string {
  const { per } = declared(definition, name)
  const fiscalYear = fiscalYearOf(at, definition.fiscalYear.startsOn).year
  const parts = per.map((part) => (part === 'programme' ? `programme:${definition.name}` : part === 'office' ? 'office' : `fy:${fiscalYear}`))
  return [name, ...parts].join('|')
}

/**
 * `R{era}-{seq:4}` with 12 in fiscal year 2026 → R8-0012. The era year is that in which the fiscal year is
 * counted: the one of its last day less one, so that 2019-04-01 belongs to 令和元年度 as offices have it.
 */
export function numberText(definition: ProgrammeDefinition, name: string, at: Date, value: number): string {
  const { format } = declared(definition, name)
  const fiscalYear = fiscalYearOf(at, definition.fiscalYear.startsOn)
  return format
    .replaceAll('{era}', String(eraYear(fiscalYear.lastDay).year - 1))
    .replaceAll('{fy}', String(fiscalYear.year))
    .replace(/\{seq(?::(\d))?\}/g, (_, width: string | undefined) => String(value).padStart(Number(width ?? 1), '0'))
}

function declared(definition: ProgrammeDefinition, name: string): ProgrammeDefinition['numbers'][string] {
  const number = definition.numbers[name]
  if (!number) throw new Error(`programme ${definition.name} declares no number ${name}`)
  return number
}
