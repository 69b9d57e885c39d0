import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AttachmentView } from '@saitaku/contracts'
import { ClamdProcess, TEST_VIRUS } from './clamd-process.js'
import { FileService } from './file-service.js'
import { pdf, sha256 } from './sample-files.js'

const program = process.env.CLAMD
const whereItIs = program === undefined ? describe.skip : describe

whereItIs('the virus check, by a real clamd', () => {
  let clamd: ClamdProcess
  let service: FileService
  beforeAll(async () => {
    clamd = await ClamdProcess.prepare(program ?? '', '1M')
    service = await FileService.start({ CLAMD_URL: clamd.url })
  })
  afterAll(async () => {
    await service?.stop()
    await clamd?.remove()
  })

  /** The files of a case once none of them waits any more. */
  const settled = async (id: string): Promise<AttachmentView[]> => {
    for (const until = performance.now() + 30_000; performance.now() < until; await sleep(50)) {
      const files = (await service.documents(service.applicant, id)).filter((one) => one.kind === 'attachment')
      if (files.length > 0 && files.every((one) => one.state !== 'scanning')) return files
    }
    throw new Error('The files are still waiting')
  }

  it('keeps a file back while clamd is away, from its readers and from a submission, and lets it go once clamd has seen it', async () => {
    const id = await service.draft()
    const bytes = pdf()
    expect(await service.upload(service.applicant, { case: id, field: 'plan', filename: '計画書.pdf' }, bytes)).toMatchObject({ ok: true, state: 'scanning' })
    const [file] = await service.documents(service.applicant, id)
    expect(await service.documents(service.clerk, id)).toEqual([])
    expect((await service.send(service.applicant, 'GET', `/api/v1/documents/${file?.id}`)).body).toMatchObject({ status: 409, code: 'scanning' })
    expect((await service.send(service.clerk, 'GET', `/api/v1/documents/${file?.id}`)).body).toMatchObject({ status: 404, code: 'notFound' })
    await service.save(service.applicant, id, { projectTitle: '緑の教室', plan: [{ name: '計画書.pdf', size: bytes.length, sha256: sha256(bytes) }] })
    const early = await service.event(service.applicant, id, 'submit')
    expect([early.status, early.body.errors.map(({ detail }) => detail)]).toEqual([422, ['"計画書.pdf" is still being checked for viruses. Please try again in a moment.']])
    clamd.start()
    expect(await settled(id)).toMatchObject([{ state: 'ready' }])
    expect((await service.event(service.applicant, id, 'submit')).status).toBe(200)
  })

  it('refuses what clamd finds something in, says so, and deletes it', async () => {
    const id = await service.draft()
    expect(await service.upload(service.applicant, { case: id, field: 'others', filename: 'memo.txt' }, Buffer.from(TEST_VIRUS))).toMatchObject({ ok: true, state: 'scanning' })
    const [file] = await settled(id)
    expect(file).toMatchObject({ state: 'refused', refusal: { code: 'malware', reason: { ja: 'ウイルス検査で問題が見つかったため、受け付けられません。お使いの端末も検査してください。', en: 'The virus check found a problem, so this file cannot be taken. Please check your device as well.' } } })
    expect((await service.send(service.applicant, 'GET', `/api/v1/documents/${file?.id}`)).body).toMatchObject({ status: 422, code: 'malware' })
    expect(await readdir(join(service.folder, 'files'))).not.toContain(file?.id)
  })

  it('refuses what is larger than clamd takes', async () => {
    const id = await service.draft()
    expect(await service.upload(service.applicant, { case: id, field: 'others', filename: 'large.pdf' }, pdf(3_000_000))).toMatchObject({ ok: true, state: 'scanning' })
    expect(await settled(id)).toMatchObject([{ state: 'refused', refusal: { code: 'tooLargeToScan' } }])
  })
})
