export { identifier, isFreeWord, label, type Label } from './identifier.js'
export {
  formsFile,
  type ColumnDefinition, type FieldDefinition, type FieldKind, type FieldOf, type FormDefinition, type FormsDefinition,
} from './definition.js'
export { fieldsOf } from './fields-of.js'
export { DEFAULT_MAX_LENGTH, MAX_INT, MAX_TABLE_ROWS } from './limits.js'
export { formTypes, partName, totalName, totalNames, type FieldType } from './field-types.js'
export { evaluateForm, type FormEvaluation } from './evaluate-form.js'
export { type FormProblem, type Json, type ProblemCode } from './problems.js'
export { isCorporateNumber } from './corporate-number.js'
export { sectionStates, type SectionState } from './sections.js'
export { answerChanges, type AnswerChange } from './changes.js'
export { formJsonSchema, type JsonSchema } from './json-schema.js'
export { TEXT_FORMATS, type TextFormat } from './text-formats.js'
export { checkForms } from './check-forms.js'
export { duplicateIds, fileError, fileWarning, schemaProblems, type FileProblem } from './file-problems.js'
export { DEFAULT_FILE_KINDS, DEFAULT_MAX_BYTES, FILE_KINDS, FILE_TYPES, MAX_FILE_BYTES, typesOfKinds, type FileKind, type FileType } from './file-kinds.js'
