import { join } from 'node:path'
import { bucketAddress, clamdAddress } from '@saitaku/files'
import { z } from 'zod'
import { ConfigProblem } from '../config.js'

/** Takes what a parser takes, and says of the rest what the parser says. */
const readable = (parse: (text: string) => unknown) =>
  z.string().optional().superRefine((text, context) => {
    if (text === undefined) return
    try {
      parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' })
    }
  })

const environment = z.object({ DATA_DIR: z.string().default('.data'), S3_URL: readable(bucketAddress), CLAMD_URL: readable(clamdAddress) })

export interface FilesConfig {
  folder: string
  s3Url: string | undefined
  clamdUrl: string | undefined
}

/** Where files lie and who scans them. Throws `ConfigProblem` naming every variable that is wrong. */
export function readFilesConfig(variables: NodeJS.ProcessEnv): FilesConfig {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success) throw new ConfigProblem(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  return { folder: join(parsed.data.DATA_DIR, 'files'), s3Url: parsed.data.S3_URL, clamdUrl: parsed.data.CLAMD_URL }
}
