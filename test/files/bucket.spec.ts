import type { AttachmentView } from '@saitaku/contracts'
import { BreakingLine } from './breaking-line.js'
import { FileService, type Sent } from './file-service.js'
import { pdf, png, sha256 } from './sample-files.js'

/**
 * An S3-compatible store, where one is given: TEST_S3_URL=https://KEY:SECRET@host/bucket. There is none among the packages
 * that runs on every machine and lists the parts of an upload, which resuming needs; OpenStack Swift's S3 API passes.
 */
const s3Url = process.env.TEST_S3_URL
const whereThereIsOne = s3Url === undefined ? describe.skip : describe

whereThereIsOne('files in a bucket', () => {
  let service: FileService
  beforeAll(async () => { service = await FileService.start({ S3_URL: s3Url ?? '' }) })
  afterAll(async () => { await service?.stop() })

  const idOf = (sent: Sent): string => (sent.ok ? (sent.url.split('/').at(-1) ?? '') : '')

  it('are received in pieces, handed out whole and in part, and count when the form is submitted', async () => {
    const id = await service.draft()
    const bytes = pdf(14_000_000)
    const sent = await service.upload(service.applicant, { case: id, field: 'plan', filename: '計画書.pdf' }, bytes, { chunkSize: 3_000_000 })
    expect(sent).toMatchObject({ ok: true, state: 'ready', sha256: sha256(bytes) })
    const path = `/api/v1/documents/${idOf(sent)}`
    expect(sha256((await service.send<Buffer>(service.clerk, 'GET', path)).body)).toBe(sha256(bytes))
    const part = await service.send<Buffer>(service.clerk, 'GET', path, undefined, { range: 'bytes=6000000-6000009' })
    expect([part.status, part.body.equals(bytes.subarray(6_000_000, 6_000_010))]).toEqual([206, true])
    await service.save(service.applicant, id, { projectTitle: '緑の教室', plan: [{ name: '計画書.pdf', size: bytes.length, sha256: sha256(bytes) }] })
    expect((await service.event(service.applicant, id, 'submit')).status).toBe(200)
  })

  it('go on over a line that breaks, with the sum of what was sent', async () => {
    let breaks = 0
    const line = await BreakingLine.to(service.url, () => (++breaks > 12 ? undefined : 2_500_000))
    const id = await service.draft()
    const bytes = pdf(16_000_000)
    try {
      const sent = await service.upload(service.applicant, { case: id, field: 'plan', filename: 'a.pdf' }, bytes, { endpoint: `${line.url}/api/v1/uploads`, chunkSize: 6_000_000, retryDelays: Array.from({ length: 60 }, () => 100) })
      expect(sent).toMatchObject({ ok: true, sha256: sha256(bytes) })
      expect(line.broken).toBeGreaterThan(2)
    } finally {
      await line.close()
    }
  })

  it('are refused and deleted, and found damaged when they are gone', async () => {
    const id = await service.draft()
    expect(await service.upload(service.applicant, { case: id, field: 'plan', filename: 'a.pdf' }, png())).toMatchObject({ ok: false, status: 422, problem: { code: 'renamed' } })
    const bytes = pdf()
    const sent = await service.upload(service.applicant, { case: id, field: 'plan', filename: 'b.pdf' }, bytes)
    await service.save(service.applicant, id, { projectTitle: '緑の教室', plan: [{ name: 'b.pdf', size: bytes.length, sha256: sha256(bytes) }] })
    await service.loseInBucket(s3Url ?? '', idOf(sent))
    const { status, body } = await service.event(service.applicant, id, 'submit')
    expect([status, body.code]).toEqual([422, 'files'])
    expect((await service.documents(service.applicant, id)).map((one) => (one as AttachmentView).state).sort()).toEqual(['damaged', 'refused'])
  })
})
