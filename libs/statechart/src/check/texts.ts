import type { YamlPath } from '../compile.js'
import type { ProgrammeDefinition } from '../definition.js'
import type { Report } from './report.js'

/** Words that may follow a text in braces: `{ ja: 受付, en: "Received, step: 2" }` was meant otherwise. */
const SWALLOWED = /,\s*(ja|en|step|explain|sees|label|type|value|target|else)\s*:/

/** Texts that people read and that have swallowed the next word of the grammar, for a quotation mark too late. */
export function checkTexts(definition: ProgrammeDefinition, report: Report): void {
  const visit = (value: unknown, path: YamlPath): void => {
    if (typeof value === 'string') {
      const word = ['ja', 'en'].includes(String(path.at(-1))) ? SWALLOWED.exec(value)?.[1] : undefined
      if (word !== undefined) report.warning(path, 'swallowed-word', `people would read "${value}", in which ${word} is only text; close the quotation mark before the comma`)
    } else if (value !== null && typeof value === 'object') for (const [key, child] of Object.entries(value)) visit(child, [...path, Array.isArray(value) ? Number(key) : key])
  }
  for (const [section, value] of Object.entries(definition)) if (section !== 'notices' && section !== 'rubric') visit(value, [section])
}
