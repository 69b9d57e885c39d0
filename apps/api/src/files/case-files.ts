import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common'
import { CaseViews } from '@saitaku/applications'
import type { SeenCase } from '@saitaku/applications'
import type { Label } from '@saitaku/contracts'
import type { Engine } from '@saitaku/engine'
import { checkFiles, openFiles, type FileRefusal, type Files, type WriteProblem } from '@saitaku/files'
import { fieldsOf } from '@saitaku/forms'
import { activeNodes, type CompiledChart } from '@saitaku/statechart'
import { HttpProblem, problemBody } from '../problems.js'
import type { FilesConfig } from './files-config.js'

export const UPLOADS_PATH = '/api/v1/uploads'

const STATUS_REASONS: Record<number, Label> = {
  400: { ja: 'アップロードの要求を読めません', en: 'The upload request cannot be read' },
  404: { ja: 'アップロードが見つかりません', en: 'There is no such upload' },
  409: { ja: 'アップロードの位置が合いません。続きの位置を確認して、もう一度お送りください', en: 'The upload stands at another offset: ask for it and go on from there' },
  412: { ja: 'Tus-Resumable ヘッダーが必要です', en: 'The header Tus-Resumable is needed' },
  413: { ja: 'アップロードが申告された大きさを超えています', en: 'The upload is larger than announced' },
  423: { ja: 'このファイルは別の接続で送信中です。少し待ってからもう一度お試しください', en: 'Another connection is sending this file; try again in a moment' },
}
const DEFECT: Label = { ja: 'システムに不具合が起きました', en: 'Something went wrong in the service' }
const CODES: Record<number, string> = { 404: 'notFound', 409: 'uploadOffset', 412: 'tusResumable', 413: 'tooLarge', 423: 'uploadBusy' }

/** Why a file was not taken, as an answer. */
export const refusalProblem = ({ code, ja, en }: FileRefusal): HttpProblem => new HttpProblem(422, code, { ja, en })

function uploadProblem(status: number, refusal: FileRefusal | undefined): HttpProblem {
  if (refusal) return refusalProblem(refusal)
  if (status === 410) return uploadProblem(404, undefined)
  return new HttpProblem(status, CODES[status] ?? (status >= 500 ? 'defect' : 'badInput'), STATUS_REASONS[status] ?? (status >= 500 ? DEFECT : (STATUS_REASONS[400] as Label)))
}

const writeProblem: WriteProblem = (request, status, refusal) => {
  const problem = uploadProblem(status, refusal)
  return JSON.stringify(problemBody(problem, (request?.url ?? UPLOADS_PATH).split('?', 1)[0] ?? '', request?.headers['accept-language']))
}

/** The files of this process, tended while it serves. */
@Injectable()
export class CaseFiles implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private constructor(
    readonly store: Files,
    private readonly engine: Engine,
    private readonly views: CaseViews,
  ) {}

  static async open(config: FilesConfig, engine: Engine, views: CaseViews): Promise<CaseFiles> {
    const logger = new Logger('Files')
    const log = (level: 'log' | 'warn' | 'error') => (fields: object, message: string): void => { logger[level](fields, message) }
    const store = await openFiles({ engine, ...config, path: UPLOADS_PATH, problem: writeProblem, log: { info: log('log'), warn: log('warn'), error: log('error') } })
    return new CaseFiles(store, engine, views)
  }

  onApplicationBootstrap(): void {
    this.store.upkeep.start()
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.store.close()
  }

  /**
   * Before an event that reads a form: the files that the form names are read again. Throws a 422 that names each file
   * that is missing, changed or not checked yet. The engine asks the record once more when it decides.
   */
  async mustBeWhole(seen: SeenCase, event: string): Promise<void> {
    const chart = await this.views.chart(seen)
    for (const form of formsReadBy(chart, seen, event)) {
      const fields = fileFields(chart, form)
      const problems = fields.length === 0 ? [] : await checkFiles(this.engine.database, this.store.vault, seen.id, form, fields)
      if (problems.length > 0)
        throw new HttpProblem(422, 'files', { ja: problems.map(({ ja }) => ja).join('\n'), en: problems.map(({ en }) => en).join('\n') }, {
          errors: problems.map(({ field, index, ja, en }) => ({ pointer: `/${form}/${field}/${index}`, detail: en, message: { ja, en } })),
        })
    }
  }
}

const fileFields = (chart: CompiledChart, form: string): string[] => {
  const definition = chart.definition.forms[form]
  return definition ? fieldsOf(definition).filter((field) => field.kind === 'file').map((field) => field.id) : []
}

/** Forms whose completeness the event's transitions ask for, where the case stands. */
function formsReadBy(chart: CompiledChart, { state }: SeenCase, event: string): string[] {
  const active = new Set(activeNodes(chart, state.at))
  const asked = (chart.events.get(event) ?? []).filter((one) => active.has(one.node)).flatMap((one) => [
    ...(one.source.requires ?? []).filter((name) => name.startsWith('form.')).map((name) => name.slice('form.'.length)),
    ...one.guards.flatMap((guard) => guard.if.reads.filter(([, fact]) => fact === 'complete').map(([root]) => (root === 'form' ? (chart.chart.form ?? '') : root ?? ''))),
  ])
  return [...new Set(asked)].filter((form) => Object.hasOwn(chart.definition.forms, form))
}
