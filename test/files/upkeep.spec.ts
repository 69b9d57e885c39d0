import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Engine, Registry } from '@saitaku/engine'
import { openFiles, type Files } from '@saitaku/files'
import { FileService, type Sent } from './file-service.js'
import { pdf, sha256 } from './sample-files.js'

const LONG_AGO = `clock_timestamp() - interval '40 days'`

describe('the upkeep of files', () => {
  let service: FileService
  let files: Files
  beforeAll(async () => {
    service = await FileService.start()
    files = await openFiles({
      engine: new Engine(service.database, new Registry()), folder: join(service.folder, 'files'), path: '/uploads', problem: () => '{}', log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
  })
  afterAll(async () => {
    await files?.close()
    await service?.stop()
  })
  beforeEach(async () => { await service.database.query('DELETE FROM attachment') })

  const idOf = (sent: Sent): string => (sent.ok ? (sent.url.split('/').at(-1) ?? '') : '')
  const age = (id: string): Promise<unknown> => service.database.query(`UPDATE attachment SET touched_at = ${LONG_AGO} WHERE id = $1`, [id])
  const stateOf = async (id: string): Promise<string | undefined> => (await service.database.query<{ state: string }>('SELECT state FROM attachment WHERE id = $1', [id]))[0]?.state
  const onDisk = async (id: string): Promise<boolean> => (await readdir(join(service.folder, 'files'))).includes(id)
  const NOTHING = { finished: 0, scanned: 0, expired: 0, unnamed: 0, deleted: 0, restored: 0 }

  /** An upload of which half has come. */
  const half = async (bytes: Buffer): Promise<string> => {
    const id = await service.draft()
    let url = ''
    await new Promise<void>((resolve) => {
      void service.upload(service.applicant, { case: id, field: 'plan', filename: 'a.pdf' }, bytes, {
        chunkSize: bytes.length / 2, onBeforeRequest: (request) => { url = request.getURL() }, onChunkComplete: () => { resolve(); throw new Error('enough') },
      }).catch(() => undefined)
    }).catch(() => undefined)
    return url.split('/').at(-1) ?? ''
  }

  it('gives up uploads that nobody goes on with, then their rows', async () => {
    const sent = await half(pdf(4_000))
    expect([await stateOf(sent), await onDisk(sent)]).toEqual(['receiving', true])
    expect(await files.upkeep.tend()).toEqual(NOTHING)
    await age(sent)
    expect(await files.upkeep.tend()).toEqual({ ...NOTHING, expired: 1 })
    expect([await stateOf(sent), await onDisk(sent)]).toEqual(['removed', false])
    await age(sent)
    expect(await files.upkeep.tend()).toEqual({ ...NOTHING, deleted: 1 })
    expect(await stateOf(sent)).toBeUndefined()
  })

  it('judges a file whose last byte came just before its process died', async () => {
    const id = await service.draft()
    const bytes = pdf()
    const sent = idOf(await service.upload(service.applicant, { case: id, field: 'plan', filename: 'a.pdf' }, bytes))
    await service.database.query(`UPDATE attachment SET state = 'receiving', sha256 = NULL, media_type = NULL, touched_at = clock_timestamp() - interval '1 minute' WHERE id = $1`, [sent])
    expect(await files.upkeep.tend()).toEqual({ ...NOTHING, finished: 1 })
    expect(await service.documents(service.applicant, id)).toMatchObject([{ id: sent, state: 'ready', sha256: sha256(bytes), mediaType: 'application/pdf' }])
  })

  it('removes what no form names for long, and keeps what one names', async () => {
    const id = await service.draft()
    const [named, unnamed] = [pdf(), pdf()]
    const [kept, left] = [idOf(await service.upload(service.applicant, { case: id, field: 'plan', filename: 'a.pdf' }, named)), idOf(await service.upload(service.applicant, { case: id, field: 'plan', filename: 'b.pdf' }, unnamed))]
    await service.save(service.applicant, id, { plan: [{ name: 'a.pdf', size: named.length, sha256: sha256(named) }] })
    for (const one of [kept, left]) await age(one)
    expect(await files.upkeep.tend()).toEqual({ ...NOTHING, unnamed: 1 })
    expect([await stateOf(kept), await stateOf(left), await onDisk(left)]).toEqual(['ready', 'removed', true])
    await age(left)
    expect(await files.upkeep.tend()).toEqual({ ...NOTHING, deleted: 1 })
    expect([await onDisk(kept), await onDisk(left)]).toEqual([true, false])
  })

  it('takes back a removal that came between the reading and the writing of a submission', async () => {
    const id = await service.draft()
    const bytes = pdf()
    const sent = idOf(await service.upload(service.applicant, { case: id, field: 'plan', filename: 'a.pdf' }, bytes))
    await service.save(service.applicant, id, { projectTitle: '緑', plan: [{ name: 'a.pdf', size: bytes.length, sha256: sha256(bytes) }] })
    expect((await service.event(service.applicant, id, 'submit')).status).toBe(200)
    await service.database.query(`UPDATE attachment SET state = 'removed', touched_at = ${LONG_AGO} WHERE id = $1`, [sent])
    expect(await files.upkeep.tend()).toEqual({ ...NOTHING, restored: 1 })
    expect([await stateOf(sent), await onDisk(sent)]).toEqual(['ready', true])
  })
})
