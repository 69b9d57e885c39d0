import { z } from 'zod'
import { instant, jsonObject, label } from './primitives.js'

export const programmeItem = z.object({ name: z.string(), title: label, version: z.int(), hash: z.string(), publishedAt: instant }).meta({ id: 'ProgrammeItem' })

/** A published version: its definition as data. */
export const programmeVersion = programmeItem.extend({ description: label.nullable(), definition: jsonObject }).meta({ id: 'ProgrammeVersion' })
export const programmeView = programmeItem.extend({ description: label.nullable(), versions: z.array(z.object({ version: z.int(), hash: z.string(), publishedAt: instant })) }).meta({ id: 'Programme' })

/** The text of a programme's files by path: `programme.yaml`, `form.yaml`, `notices/received.ja.md`, … */
export const programmeFiles = z
  .strictObject({ files: z.record(z.string().max(200).regex(/^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'expected a path within the folder'), z.string().max(1_000_000)).refine((files) => Object.keys(files).length <= 500, 'at most 500 files') })

export const fileProblem = z.object({ file: z.string(), line: z.int(), column: z.int(), severity: z.enum(['error', 'warning']), code: z.string(), message: z.string() }).meta({ id: 'FileProblem' })
export type FileProblem = z.output<typeof fileProblem>
export const checkResult = z.object({ problems: z.array(fileProblem) })

export const publishResult = z
  .object({ name: z.string(), version: z.int(), hash: z.string(), /** False where the newest version is the same already. */ fresh: z.boolean() })
