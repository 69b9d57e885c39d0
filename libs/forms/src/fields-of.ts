import type { FieldDefinition, FormDefinition } from './definition.js'

/** All fields of a form in the order of the page. Apart from the grammar, so that a page that only reads forms loads no schema. */
export function fieldsOf(definition: FormDefinition): FieldDefinition[] {
  return definition.sections.flatMap((part) => part.fields)
}
