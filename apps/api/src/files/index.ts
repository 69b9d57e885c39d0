import type { Provider } from '@nestjs/common'
import { CaseViews } from '@saitaku/applications'
import { Engine } from '@saitaku/engine'
import type { FastifyInstance } from 'fastify'
import { CaseFiles } from './case-files.js'
import { DocumentsController } from './documents.controller.js'
import { readFilesConfig } from './files-config.js'
import { ReviewFilesController } from './review-files.controller.js'
import { UploadsController } from './uploads.controller.js'

export { CaseFiles } from './case-files.js'
export const FILES_CONTROLLERS = [UploadsController, DocumentsController, ReviewFilesController]

/** What the controllers of files need. Throws `ConfigProblem` where a variable is wrong. */
export function filesProviders(variables: NodeJS.ProcessEnv = process.env): Provider[] {
  const config = readFilesConfig(variables)
  return [{ provide: CaseFiles, useFactory: (engine: Engine, views: CaseViews) => CaseFiles.open(config, engine, views), inject: [Engine, CaseViews] }]
}

/** Bytes of an upload are no body that anybody parses: they go on as they come. */
export function letUploadsThrough(fastify: FastifyInstance): void {
  fastify.addContentTypeParser('application/offset+octet-stream', (_, __, done) => { done(null) })
}
