export { identifier, isFreeWord, label, type Label } from './identifier.js'
export {
  DEFAULT_MAX_LENGTH, MAX_INT, MAX_TABLE_ROWS, fieldsOf, formsFile,
  type ColumnDefinition, type FieldDefinition, type FieldKind, type FieldOf, type FormDefinition, type FormsDefinition,
} from './definition.js'
export { formTypes, partName, totalName, totalNames, type FieldType } from './field-types.js'
