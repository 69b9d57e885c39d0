import { Validator } from '@seriousme/openapi-schema-validator'
import type { OpenAPIObject } from '@nestjs/swagger'
import { openApiText } from './openapi-export.js'

interface Media {
  schema?: object
}
interface Operation {
  operationId: string
  summary?: string
  parameters?: { name: string; in: string; schema?: { type?: string; anyOf?: object[]; enum?: unknown[] } }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { description: string; content?: Record<string, Media> }>
}

describe("the API's description", () => {
  let document: OpenAPIObject
  let operations: (Operation & { route: string; method: string })[]

  beforeAll(async () => {
    document = JSON.parse(await openApiText()) as OpenAPIObject
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ ...operation, method, route: `${method.toUpperCase()} ${path}` })))
  })

  it('is OpenAPI 3.1 to a validator of the standard, and is made without a database', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>)
    expect([valid, errors, validator.version]).toEqual([true, undefined, '3.1'])
  })

  it('gives every route a name of its own, a summary, and an answer with a schema', () => {
    const names = operations.map(({ operationId }) => operationId)
    expect(names.filter((name, i) => names.indexOf(name) !== i || !/^[a-z][A-Za-z]*_[a-zA-Z]+$/.test(name))).toEqual([])
    expect(operations.filter(({ summary }) => summary === undefined).map(({ route }) => route)).toEqual([])
    const untyped = operations.filter(({ responses }) => {
      const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'))
      return successes.length === 0 || successes.some(([status, { content }]) => status !== '204' && !Object.values(content ?? {}).some(({ schema }) => schema && Object.keys(schema).length > 0))
    })
    expect(untyped.map(({ route }) => route)).toEqual([])
  })

  it('says what every part of an address and every body is, and that all that fails is a problem', () => {
    const vague = operations.flatMap(({ route, parameters = [] }) => parameters.filter(({ in: place, schema }) => place === 'path' && !(schema && Object.keys(schema).length > 1)).map(({ name }) => `${route} ${name}`))
    expect(vague).toEqual([])
    const bodies = operations.filter(({ requestBody }) => requestBody && Object.values(requestBody.content).some(({ schema }) => !schema))
    expect(bodies.map(({ route }) => route)).toEqual([])
    expect(operations.filter(({ responses }) => !responses.default?.content?.['application/problem+json']).map(({ route }) => route)).toEqual([])
  })

  it('keeps null beside a type, names shared shapes, and holds nothing of the tools that made it', () => {
    const schemas = document.components?.schemas as Record<string, { properties: Record<string, unknown>; additionalProperties?: boolean }>
    expect(schemas.Form?.properties.hash).toEqual({ type: ['string', 'null'] })
    expect(schemas.Application?.properties.publicStatusLabel).toEqual({ anyOf: [{ $ref: '#/components/schemas/Label' }, { type: 'null' }] })
    expect(schemas.Application?.additionalProperties).toBeUndefined()
    expect(schemas.NewCall?.additionalProperties).toBe(false)
    expect(JSON.stringify(document)).not.toMatch(/nestjs|Dto|\$defs/)
  })

  it('describes nothing that no route uses', () => {
    const text = JSON.stringify(document)
    expect(Object.keys(document.components?.schemas ?? {}).filter((name) => !text.includes(`"#/components/schemas/${name}"`))).toEqual([])
  })
})
