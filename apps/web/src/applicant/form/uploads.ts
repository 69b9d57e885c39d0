import { Upload, DetailedError } from 'tus-js-client'
import { requestHeaders } from '../../api/client.js'
import type { FileAnswer } from '../../ui/answers/received-file.js'

export interface UploadPlace { application: string; form: string; field: string }
export type UploadProgress =
  | { is: 'sending'; share: number }
  | { is: 'waiting' }
  | { is: 'checking' }
  | { is: 'refused'; reason: string | null; gone: boolean }

const RETRIES_MS = [0, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000, 60_000]
const CHUNK = 8_000_000
const LOOK_AGAIN_MS = 1_500

/**
 * Sends a file so that a cut line only delays it: after every break it goes on where it was. Resolves with what the
 * service has received, or undefined where it takes no such file; `report` has said why.
 */
export function sendFile(file: File, place: UploadPlace, report: (progress: UploadProgress) => void, signal: AbortSignal): Promise<FileAnswer | undefined> {
  return new Promise((resolve) => {
    const upload = new Upload(file, {
      endpoint: '/api/v1/uploads', chunkSize: CHUNK, retryDelays: RETRIES_MS, removeFingerprintOnSuccess: true,
      metadata: { case: place.application, form: place.form, field: place.field, filename: file.name.normalize('NFC') },
      onBeforeRequest: (request) => { for (const [name, value] of Object.entries(requestHeaders)) { const text = value(); if (text !== undefined) request.setHeader(name, text) } },
      onProgress: (sent, total) => report({ is: 'sending', share: total === 0 ? 0 : sent / total }),
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0
        const again = status === 0 || status === 409 || status === 423 || status >= 500
        if (again) report({ is: 'waiting' })
        return again
      },
      onSuccess: () => { void whenChecked(upload.url ?? '', report, signal).then(resolve) },
      onError: (error) => {
        report({ is: 'refused', reason: error instanceof DetailedError ? reasonOf(error) : null, gone: !(error instanceof DetailedError) })
        resolve(undefined)
      },
    })
    signal.addEventListener('abort', () => { void upload.abort(true).finally(() => resolve(undefined)) })
    upload.start()
  })
}

interface Attachment { state: string; name: string; size: number; sha256: string | null; refusal?: { reason: { ja: string; en: string } } | null }

/** A received file counts once it has been looked at. */
async function whenChecked(url: string, report: (progress: UploadProgress) => void, signal: AbortSignal): Promise<FileAnswer | undefined> {
  for (;;) {
    const response = await fetch(url, { headers: Object.fromEntries(Object.entries(requestHeaders).flatMap(([name, value]) => value() === undefined ? [] : [[name, value() as string]])), signal }).catch(() => undefined)
    if (signal.aborted) return undefined
    if (response?.ok) {
      const { state, name, size, sha256 } = await response.json() as Attachment
      if (state === 'ready' && sha256 !== null) return { name, size, sha256 }
      if (state !== 'scanning') {
        report({ is: 'refused', reason: null, gone: false })
        return undefined
      }
      report({ is: 'checking' })
    } else if (response && response.status < 500) {
      report({ is: 'refused', reason: detailOf(await response.text()), gone: false })
      return undefined
    } else report({ is: 'waiting' })
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

const reasonOf = (error: DetailedError): string | null => detailOf(error.originalResponse?.getBody() ?? '')

function detailOf(body: string): string | null {
  try {
    return (JSON.parse(body) as { detail?: string }).detail ?? null
  } catch {
    return null
  }
}
