import { fieldsOf, type FormDefinition } from '@saitaku/forms'

/** What each section and field is called. */
export const fieldLabels = (definition: FormDefinition): Map<string, { ja: string; en: string }> => new Map([
  ...definition.sections.map(({ id, title }): [string, { ja: string; en: string }] => [id, title]),
  ...fieldsOf(definition).map(({ id, label }): [string, { ja: string; en: string }] => [id, label]),
])

/** Where a remark leads: to its field, or the first of the section it names. */
export function placeOf(definition: FormDefinition, named: string | undefined): { section: string; field: string } | undefined {
  for (const section of definition.sections) {
    if (section.id === named) return { section: section.id, field: section.fields[0]?.id ?? '' }
    if (section.fields.some(({ id }) => id === named)) return { section: section.id, field: named ?? '' }
  }
  return undefined
}
