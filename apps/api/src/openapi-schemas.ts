import { isDeepStrictEqual } from 'node:util'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { z } from 'zod'

/** A class that stands for a zod schema where Nest needs one. */
interface SchemaClass {
  name: string
  isZodDto: true
  schema: z.ZodType
  /** There on a class that reads requests, whose `Output` describes answers. */
  Output?: unknown
}

type JsonSchema = Record<string, unknown>
interface Described {
  /** Name under `components.schemas` of each class, by the class's name. */
  names: Map<string, string>
  schemas: Record<string, JsonSchema>
}

/** Where Nest's decorators note which classes a route reads and answers with. */
const NOTED = ['swagger/apiResponse', 'swagger/apiParameters', 'swagger/apiExtraModels', 'design:paramtypes']

/**
 * The schemas of everything that routes read and answer, made from zod itself: what Nest makes of them on its way
 * loses `null` beside a type. A component bears the schema's `id` where it has one, else the class's name
 * without `Dto`.
 */
export function describeSchemas(app: NestFastifyApplication, more: readonly unknown[]): Described {
  const names = new Map<string, string>()
  const schemas: Record<string, JsonSchema> = {}
  for (const found of [...schemaClasses(app), ...more.filter(isSchemaClass)]) {
    const name = componentName(found)
    if (names.get(found.name) === name) continue
    names.set(found.name, name)
    const { $defs = {}, $schema: _dialect, ...schema } = jsonSchemaOf(found)
    for (const [id, part] of Object.entries({ [name]: schema, ...($defs as Record<string, JsonSchema>) })) {
      const component = resolved(part)
      if (schemas[id] !== undefined && !isDeepStrictEqual(schemas[id], component)) throw new Error(`Two schemas are called ${id} in the API's description`)
      schemas[id] = component
    }
  }
  return { names, schemas }
}

function jsonSchemaOf(found: SchemaClass): JsonSchema {
  return z.toJSONSchema(found.schema, {
    io: isOutput(found) ? 'output' : 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern // the format says it
      if (jsonSchema.type === 'integer' && jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.type === 'integer' && jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      // an answer may gain members: a client that refuses them would break with the next version
      if (isOutput(found) && zodSchema._zod.def.type === 'object' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      delete jsonSchema.propertyNames
    },
  })
}

/** `#/$defs/X` becomes `#/components/schemas/X`, and the id itself is no member of a schema in OpenAPI. */
function resolved(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) => (key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : value))
  const { id: _id, ...rest } = JSON.parse(text) as JsonSchema
  return rest
}

function componentName(found: SchemaClass): string {
  const id = z.globalRegistry.get(found.schema)?.id
  return id ?? found.name.replace(/_Output$/, '').replace(/Dto$/, '')
}

const isOutput = ({ name }: SchemaClass): boolean => name.endsWith('_Output')
const isSchemaClass = (value: unknown): value is SchemaClass => typeof value === 'function' && (value as Partial<SchemaClass>).isZodDto === true

function schemaClasses(app: NestFastifyApplication): SchemaClass[] {
  const { container } = app as unknown as { container: { getModules(): Map<string, { controllers: Map<unknown, { metatype: { prototype: object } | null }> }> } }
  const prototypes = [...container.getModules().values()].flatMap(({ controllers }) => [...controllers.values()].flatMap(({ metatype }) => metatype?.prototype ?? []))
  return prototypes.flatMap((prototype) => Object.getOwnPropertyNames(prototype).flatMap((method) => NOTED.flatMap((key) => classesIn(noted(prototype, method, key)))))
}

function noted(prototype: object, method: string, key: string): unknown {
  const handler = (prototype as Record<string, unknown>)[method]
  if (typeof handler !== 'function') return undefined
  return key === 'design:paramtypes' ? Reflect.getMetadata(key, prototype, method) : Reflect.getMetadata(key, handler)
}

function classesIn(value: unknown): SchemaClass[] {
  if (isSchemaClass(value)) return [value]
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(classesIn)
}
