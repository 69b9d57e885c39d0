import { randomUUID } from 'node:crypto'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyAudit } from '@saitaku/engine'
import type { AttachmentView } from '@saitaku/contracts'
import { FileService, type Sent, type Who } from './file-service.js'
import { docx, pdf, png, sha256, zip } from './sample-files.js'

describe('files of an application', () => {
  let service: FileService
  beforeAll(async () => { service = await FileService.start() })
  afterAll(async () => { await service?.stop() })

  const idOf = (sent: Sent): string => (sent.ok ? (sent.url.split('/').at(-1) ?? '') : '')
  const named = (name: string, bytes: Buffer): object => ({ name, size: bytes.length, sha256: sha256(bytes) })
  const stored = (id: string): string => join(service.folder, 'files', id)

  /** A draft with its plan, and the plan's id. */
  const draftWithPlan = async (bytes = pdf()): Promise<{ id: string; plan: string; bytes: Buffer }> => {
    const id = await service.draft()
    const sent = await service.upload(service.applicant, { case: id, field: 'plan', filename: '計画書.pdf' }, bytes)
    expect(sent).toMatchObject({ ok: true, state: 'ready', sha256: sha256(bytes) })
    expect((await service.save(service.applicant, id, { projectTitle: '緑の教室', plan: [named('計画書.pdf', bytes)] })).body.complete).toBe(true)
    return { id, plan: idOf(sent), bytes }
  }

  it('are received, listed and handed out as they were sent, in the pieces that the sender chooses', async () => {
    const id = await service.draft()
    const bytes = pdf(300_000)
    const sent = await service.upload(service.applicant, { case: id, field: 'plan', filename: '計画書(最終).pdf', sha256: sha256(bytes) }, bytes, { chunkSize: 70_000 })
    expect(sent).toMatchObject({ ok: true, state: 'ready', sha256: sha256(bytes) })
    expect(await service.documents(service.applicant, id)).toEqual([{
      id: idOf(sent), kind: 'attachment', caseId: id, form: 'application', field: 'plan', name: '計画書(最終).pdf', size: bytes.length, mediaType: 'application/pdf', sha256: sha256(bytes), state: 'ready', refusal: null,
      uploadedAt: expect.stringMatching(/\+09:00$/) as string, submitted: false,
    }])
    for (const who of [service.applicant, service.clerk]) expect((await service.send<Buffer>(who, 'GET', `/api/v1/documents/${idOf(sent)}`)).body.equals(bytes)).toBe(true)
    expect(await readdir(join(service.folder, 'files'))).toEqual([idOf(sent)])
  })

  it('leave with headers under which nothing in them runs, and under the name that they have', async () => {
    const { plan, bytes } = await draftWithPlan()
    const path = `/api/v1/documents/${plan}`
    const shown = await service.send(service.applicant, 'GET', path)
    expect(Object.fromEntries(['content-type', 'content-disposition', 'content-security-policy', 'x-content-type-options', 'x-frame-options', 'cross-origin-resource-policy', 'cache-control', 'etag', 'content-length'].map((name) => [name, shown.headers.get(name)]))).toEqual({
      'content-type': 'application/pdf', 'content-disposition': `inline; filename="___.pdf"; filename*=UTF-8''%E8%A8%88%E7%94%BB%E6%9B%B8.pdf`,
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox",
      'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN', 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'private, no-cache', etag: `"${sha256(bytes)}"`, 'content-length': String(bytes.length),
    })
    expect((await service.send(service.applicant, 'GET', `${path}?download=1`)).headers.get('content-disposition')).toMatch(/^attachment; /)
    expect((await service.send(service.applicant, 'GET', path, undefined, { 'if-none-match': `"${sha256(bytes)}"` })).status).toBe(304)
    const part = await service.send<Buffer>(service.applicant, 'GET', path, undefined, { range: 'bytes=5-9' })
    expect([part.status, part.headers.get('content-range'), part.body.toString('latin1')]).toEqual([206, `bytes 5-9/${bytes.length}`, bytes.subarray(5, 10).toString('latin1')])
    const tail = await service.send<Buffer>(service.applicant, 'GET', path, undefined, { range: 'bytes=-6' })
    expect([tail.status, tail.body.toString('latin1')]).toEqual([206, '%%EOF\n'])
    const beyond = await service.send(service.applicant, 'GET', path, undefined, { range: `bytes=${bytes.length}-` })
    expect([beyond.status, beyond.body.code, beyond.headers.get('content-range')]).toEqual([416, 'range', `bytes */${bytes.length}`])
  })

  it('are saved and not shown where a browser has no picture or PDF of them', async () => {
    const id = await service.draft()
    const sent = await service.upload(service.applicant, { case: id, field: 'others', filename: 'メモ.txt' }, Buffer.from('<script>alert(1)</script>'))
    const got = await service.send<Buffer>(service.applicant, 'GET', `/api/v1/documents/${idOf(sent)}`)
    expect([got.headers.get('content-type'), got.headers.get('content-disposition')?.split(';')[0]]).toEqual(['text/plain', 'attachment'])
  })

  it('have the routes that the description of the API names', async () => {
    const { body } = await service.send<{ paths: Record<string, object> }>(service.applicant, 'GET', '/api/openapi.json')
    const routes = Object.entries(body.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)).filter((route) => /\/(uploads|documents)/.test(route))
    expect(routes.sort()).toEqual([
      'DELETE /api/v1/documents/{id}', 'DELETE /api/v1/uploads/{id}', 'GET /api/v1/cases/{id}/documents', 'GET /api/v1/documents/{id}', 'GET /api/v1/uploads/{id}', 'HEAD /api/v1/uploads/{id}', 'OPTIONS /api/v1/uploads', 'PATCH /api/v1/uploads/{id}', 'POST /api/v1/uploads',
    ])
  })

  describe('that are not what they should be', () => {
    const attempt = async (field: string, filename: string, bytes: Buffer, sum?: string): Promise<[string, string, number]> => {
      const id = await service.draft()
      const sent = await service.upload(service.applicant, { case: id, field, filename, ...(sum === undefined ? {} : { sha256: sum }) }, bytes, { headers: { 'x-dev-identity': JSON.stringify(service.applicant), 'accept-language': 'en' } })
      if (sent.ok) return ['taken', '', 200]
      expect(await readdir(join(service.folder, 'files'))).not.toContain((await service.documents(service.applicant, id))[0]?.id)
      return [sent.problem?.code ?? '', sent.problem?.detail ?? '', sent.status]
    }

    it.each<[string, string, string, () => Buffer, string, string]>([
      ['another type', 'plan', 'plan.png', () => png(), 'notAccepted', 'This field does not take a PNG image. It takes: PDF.'],
      ['a renamed picture', 'plan', 'plan.pdf', () => png(), 'renamed', 'The name ends in ".pdf", but the content is a PNG image. Please name it .png, or save it again from where it was made.'],
      ['a program under the name of a PDF', 'plan', 'plan.pdf', () => Buffer.concat([Buffer.from('MZ'), Buffer.alloc(600)]), 'unknownType', 'The file is of no type that is accepted here. It takes: PDF.'],
      ['a page for a browser', 'others', 'page.html', () => Buffer.from('<!doctype html><script>1</script>'), 'renamed', 'The name ends in ".html", but the content is a Plain text. Please name it .txt, or save it again from where it was made.'],
      ['a PDF that is cut off', 'plan', 'plan.pdf', () => pdf(50_000).subarray(0, 40_000), 'truncated', 'The PDF is cut off or broken. Please check that it opens, and send it again.'],
      ['a picture that is cut off', 'photographs', 'a.png', () => png(200, 200).subarray(0, -40), 'truncated', 'The PNG image is cut off or broken. Please check that it opens, and send it again.'],
      ['an office file that is cut off', 'others', 'a.docx', () => docx().subarray(0, -60), 'truncated', 'The Word document is cut off or broken. Please check that it opens, and send it again.'],
      ['an office file that unpacks to more than it says', 'others', 'a.docx', () => docx([{ name: 'word/big.xml', content: Buffer.alloc(3_000_000), claims: 10 }]), 'truncated', 'The Word document is cut off or broken. Please check that it opens, and send it again.'],
      ['an archive that grows beyond measure', 'others', 'a.zip', () => zip([{ name: 'a.txt', content: 'x', claims: 2_000_000_000 }]), 'expandsTooFar', 'A file that grows beyond measure when it is opened cannot be taken. Please split it or use another format.'],
      ['an archive of archives', 'others', 'a.zip', () => zip([{ name: 'b.zip', content: zip([{ name: 'c.txt', content: 'c' }]) }]), 'expandsTooFar', 'A file that grows beyond measure when it is opened cannot be taken. Please split it or use another format.'],
      ['a picture of more pixels than a browser can unpack', 'photographs', 'a.png', () => png(4, 4, [60_000, 60_000]), 'expandsTooFar', 'A file that grows beyond measure when it is opened cannot be taken. Please split it or use another format.'],
      ['an office file with macros', 'others', 'a.docx', () => docx([{ name: 'word/vbaProject.bin', content: 'x' }]), 'macros', 'Files with macros cannot be taken. Please save it without them.'],
      ['an archive under a password', 'others', 'a.zip', () => zip([{ name: 'a.txt', content: 'x', encrypted: true }]), 'passwordProtected', 'Files under a password cannot be taken. Please remove the protection and send it again.'],
      ['bytes that are nothing', 'plan', 'plan.pdf', () => Buffer.from([0x00, 0x9f, 0x92, 0x96, 0x00, 0xff]), 'truncated', 'The PDF is cut off or broken. Please check that it opens, and send it again.'],
    ])('such as %s, are refused with what to do, and deleted', async (_, field, filename, make, code, sentence) => {
      expect(await attempt(field, filename, make())).toEqual([code, sentence, 422])
    })

    it('are refused before the first byte where they are empty, too large or nameless', async () => {
      expect(await attempt('plan', 'plan.pdf', Buffer.alloc(0))).toEqual(['emptyFile', 'The file is empty. Please check it and send it again.', 422])
      expect(await attempt('photographs', 'a.png', Buffer.alloc(50_000_001))).toEqual(['tooLarge', 'The file is too large. Please keep it within 50 MB.', 422])
      expect(await attempt('plan', '/..', pdf())).toEqual(['fileName', 'The file has no name. Please give it one and send it again.', 422])
    })

    it('are refused where other bytes arrive than the sender summed up', async () => {
      expect((await attempt('plan', 'plan.pdf', pdf(), sha256(Buffer.from('other'))))[0]).toBe('otherContent')
    })

    it('but office files, texts of Windows and archives that are whole are taken, under a name without folders and tricks', async () => {
      for (const [filename, bytes, kept] of [
        ['a.docx', docx(), 'a.docx'], ['一覧.csv', Buffer.from([0x96, 0xbc, 0x91, 0x4f, 0x2c, 0x31, 0x0d, 0x0a]), '一覧.csv'], ['a.zip', zip([{ name: 'b.txt', content: 'b' }]), 'a.zip'], ['C:\\fakepath\\か\u3099.txt', Buffer.from('a'), 'が.txt'],
        ['photo\u202Efdp.txt', Buffer.from('a'), 'photofdp.txt'],
      ] as const) {
        const id = await service.draft()
        expect(await service.upload(service.applicant, { case: id, field: 'others', filename }, Buffer.from(bytes))).toMatchObject({ ok: true, state: 'ready' })
        expect((await service.documents(service.applicant, id)).map((one) => (one as AttachmentView).name)).toEqual([kept])
      }
    })
  })

  describe('and who may have them', () => {
    it('answers for another\'s file, upload or case exactly as for one that is not there', async () => {
      const { id, plan } = await draftWithPlan()
      const nowhere = randomUUID()
      const tus = { 'tus-resumable': '1.0.0' }
      const asks: [string, (id: string) => string, Record<string, string>][] = [
        ['GET', (one) => `/api/v1/documents/${one}`, {}], ['DELETE', (one) => `/api/v1/documents/${one}`, {}], ['GET', (one) => `/api/v1/uploads/${one}`, {}], ['HEAD', (one) => `/api/v1/uploads/${one}`, tus],
        ['PATCH', (one) => `/api/v1/uploads/${one}`, { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }], ['DELETE', (one) => `/api/v1/uploads/${one}`, tus],
      ]
      for (const [method, path, headers] of asks) {
        const [real, unreal] = await Promise.all([plan, nowhere].map((one) => service.send(service.stranger, method, path(one), undefined, headers)))
        expect([method, path('x'), real?.status]).toEqual([method, path('x'), 404])
        expect(JSON.stringify(real?.body).replaceAll(plan, 'ID')).toBe(JSON.stringify(unreal?.body).replaceAll(nowhere, 'ID'))
        expect([...(real?.headers.keys() ?? [])]).toEqual([...(unreal?.headers.keys() ?? [])])
      }
      for (const one of [id, nowhere]) {
        expect((await service.send(service.stranger, 'GET', `/api/v1/cases/${one}/documents`)).body).toMatchObject({ status: 404, code: 'unknownCase' })
        expect(await service.upload(service.stranger, { case: one, field: 'plan', filename: 'a.pdf' }, pdf())).toMatchObject({ ok: false, status: 404, problem: { code: 'unknownCase' } })
      }
      expect((await service.send(service.clerk, 'GET', `/api/v1/uploads/${plan}`)).status).toBe(404) // the office reads documents, not uploads
    })

    it('keeps a file of a field that only some roles see from the rest of the office, and a draft from all who do not help with it', async () => {
      const { id, plan } = await draftWithPlan()
      const bankbook = idOf(await service.upload(service.applicant, { case: id, field: 'bankbook', filename: '通帳.png' }, png()))
      const cashier = { person: randomUUID(), roles: ['cashier'] }
      const has = async (who: Who): Promise<[string[], number[]]> => [
        (await service.documents(who, id))?.map((one) => one.id) ?? [], await Promise.all([plan, bankbook].map(async (one) => (await service.send(who, 'GET', `/api/v1/documents/${one}`)).status)),
      ]
      expect(await has(cashier)).toEqual([[], [404, 404]])
      await service.event(service.applicant, id, 'submit')
      expect(await has(cashier)).toEqual([[plan, bankbook], [200, 200]])
      expect(await has(service.clerk)).toEqual([[plan], [200, 404]])
      expect(await has(service.applicant)).toEqual([[plan, bankbook], [200, 200]])
      expect(await has({ person: randomUUID(), roles: ['reviewer'] })).toEqual([[], [404, 404]])
    })

    it('hides a letter from its applicant until it goes out, and shows it then in place', async () => {
      const { id } = await draftWithPlan()
      await service.event(service.applicant, id, 'submit')
      await service.event(service.clerk, id, 'decide')
      await service.performEffects()
      const letters = (await service.documents(service.clerk, id)).filter((one) => one.kind === 'letter')
      expect(letters).toMatchObject([{ title: '採択通知書', mediaType: 'text/html' }])
      const path = `/api/v1/documents/${letters[0]?.id}`
      expect((await service.documents(service.applicant, id)).map((one) => one.kind)).toEqual(['attachment'])
      expect((await service.send(service.applicant, 'GET', path)).status).toBe(404)
      await service.event(service.clerk, id, 'announce')
      expect((await service.send(service.applicant, 'GET', path)).status).toBe(404)
      await service.performEffects()
      expect(await service.documents(service.applicant, id)).toEqual(expect.arrayContaining(letters))
      const got = await service.send<Buffer>(service.applicant, 'GET', path)
      expect([got.status, got.headers.get('content-type'), got.headers.get('content-disposition'), sha256(got.body)]).toEqual([
        200, 'text/html; charset=utf-8', `inline; filename="_____.html"; filename*=UTF-8''%E6%8E%A1%E6%8A%9E%E9%80%9A%E7%9F%A5%E6%9B%B8.html`, letters[0]?.sha256])
      expect((await service.send(service.stranger, 'GET', path)).status).toBe(404)
    })
  })

  describe('when the form is submitted', () => {
    it('are read again, stand in the event, and the record verifies', async () => {
      const { id, plan, bytes } = await draftWithPlan()
      expect((await service.event(service.applicant, id, 'submit')).status).toBe(200)
      const [event] = await service.database.query<{ facts: Record<string, unknown> }>(`SELECT facts FROM case_event WHERE case_id = $1 AND type = 'submit'`, [id])
      expect(event?.facts['form.@files']).toEqual([{ field: 'plan', id: plan, name: '計画書.pdf', size: bytes.length, sha256: sha256(bytes) }])
      expect(await verifyAudit(service.database)).toMatchObject({ fault: null })
    })

    it('keep the submission back where one of them never came', async () => {
      const id = await service.draft()
      await service.save(service.applicant, id, { projectTitle: '緑の教室', plan: [{ name: '計画書.pdf', size: 10, sha256: sha256(Buffer.from('x')) }] })
      const { status, body } = await service.event(service.applicant, id, 'submit')
      expect([status, body.code, body.errors]).toEqual([422, 'files', [{ pointer: '/application/plan/0', detail: '"計画書.pdf" has not arrived. Please upload it again.', message: { ja: '「計画書.pdf」が届いていません。もう一度アップロードしてください。', en: '"計画書.pdf" has not arrived. Please upload it again.' } }]])
    })

    it.each([
      ['one byte of it changed', async (path: string) => { const bytes = await readFile(path); bytes[100] = (bytes[100] ?? 0) ^ 1; await writeFile(path, bytes) }],
      ['it was cut short', (path: string) => truncate(path, 100)],
    ])('keep it back where %s in the store, and can be sent anew', async (_, harm) => {
      const { id, plan, bytes } = await draftWithPlan()
      await harm(stored(plan))
      const refused = await service.event(service.applicant, id, 'submit')
      expect([refused.status, refused.body.code, refused.body.errors.map(({ detail }) => detail)]).toEqual([422, 'files', ['"計画書.pdf" as it is stored is no longer what was sent. Please upload it again.']])
      expect((await service.send(service.applicant, 'GET', `/api/v1/documents/${plan}`)).body).toMatchObject({ status: 410, code: 'damaged' })
      expect(await service.upload(service.applicant, { case: id, field: 'plan', filename: '計画書.pdf' }, bytes)).toMatchObject({ ok: true })
      expect((await service.event(service.applicant, id, 'submit')).status).toBe(200)
    })

    it('stay for good once they are submitted, and go from a draft when its form lets go of them', async () => {
      const { id, plan, bytes } = await draftWithPlan()
      const second = pdf(3_000)
      const other = idOf(await service.upload(service.applicant, { case: id, field: 'plan', filename: '差替.pdf' }, second))
      expect((await service.send(service.applicant, 'DELETE', `/api/v1/documents/${plan}`)).body).toMatchObject({ status: 409, code: 'named' })
      expect((await service.send(service.applicant, 'DELETE', `/api/v1/documents/${other}`)).status).toBe(204)
      expect((await service.documents(service.applicant, id)).map((one) => one.id)).toEqual([plan])
      await service.event(service.applicant, id, 'submit')
      expect((await service.send(service.applicant, 'DELETE', `/api/v1/documents/${plan}`)).body).toMatchObject({ status: 409, code: 'closed' })

      await service.event(service.clerk, id, 'return', { remarks: [{ field: 'plan', text: '押印がありません' }] })
      const corrected = pdf(4_000)
      const replacement = await service.upload(service.applicant, { case: id, field: 'plan', filename: '計画書2.pdf' }, corrected)
      await service.save(service.applicant, id, { plan: [named('計画書2.pdf', corrected)] })
      expect((await service.send(service.applicant, 'DELETE', `/api/v1/documents/${plan}`)).body).toMatchObject({ status: 409, code: 'inTheRecord' })
      expect((await service.event(service.applicant, id, 'resubmit')).status).toBe(200)
      expect((await service.documents(service.clerk, id)).map((one) => [one.id, (one as AttachmentView).submitted])).toEqual([[plan, true], [idOf(replacement), true]])
      expect((await service.send<Buffer>(service.clerk, 'GET', `/api/v1/documents/${plan}`)).body.equals(bytes)).toBe(true)
    })

    it('may be sent for a field that is open, and for no other', async () => {
      const { id } = await draftWithPlan()
      expect(await service.upload(service.clerk, { case: id, field: 'plan', filename: 'a.pdf' }, pdf())).toMatchObject({ ok: false, status: 409, problem: { code: 'closed' } })
      expect(await service.upload(service.applicant, { case: id, field: 'projectTitle', filename: 'a.pdf' }, pdf())).toMatchObject({ ok: false, status: 404, problem: { code: 'notFound' } })
      await service.event(service.applicant, id, 'submit')
      expect(await service.upload(service.applicant, { case: id, field: 'plan', filename: 'a.pdf' }, pdf())).toMatchObject({ ok: false, status: 409, problem: { code: 'closed' } })
    })
  })
})
