import { useCallback, useEffect, useRef, useState } from 'react'
import { client, okWithTag, type Schemas } from '../api/client.js'
import { isProblem, type ApiProblem } from '../api/problem.js'
import type { Saving } from '../ui/save-state.js'

export interface SheetPlace { call: string; stage: string; application: string }
export interface Sheet { points: Record<string, string>; comments: Record<string, string>; note: string }

const QUIET_MS = 500, RETRY_MS = 5_000

interface Kept { sheet: Sheet; version: number }
const keptAt = ({ call, stage, application }: SheetPlace): string => `saitaku.sheet/${call}/${stage}/${application}`

function readKept(place: SheetPlace, version: number): Sheet | undefined {
  const text = localStorage.getItem(keptAt(place))
  const kept = text === null ? undefined : (JSON.parse(text) as Kept)
  return kept?.version === version ? kept.sheet : undefined
}

/** A reviewer's sheet while it is filled in: kept in the browser at once, saved a moment later. */
export function useSheet(place: SheetPlace, review: Schemas['Review']) {
  const first: Sheet = { points: (review.sheet?.points ?? {}) as Record<string, string>, comments: (review.sheet?.comments ?? {}) as Record<string, string>, note: review.sheet?.note ?? '' }
  const version = useRef(review.sheet?.version ?? 0), dirty = useRef(false), timer = useRef<ReturnType<typeof setTimeout>>(undefined), sending = useRef<Promise<void>>(undefined)
  const [sheet, setSheet] = useState<Sheet>(() => readKept(place, version.current) ?? first)
  const [saving, setSaving] = useState<Saving>(review.sheet ? { is: 'saved', at: new Date(review.sheet.savedAt) } : { is: 'idle' })
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const latest = useRef(sheet)

  const send = useCallback(async (): Promise<void> => {
    if (!dirty.current) return
    dirty.current = false
    try {
      const { data } = await okWithTag(client.PUT('/api/v1/calls/{id}/reviews/{stage}/{application}', {
        params: { path: { id: place.call, stage: place.stage, application: place.application }, header: { 'If-Match': `"${version.current}"` } },
        body: { ...latest.current, rubric: review.rubric.hash },
      }))
      version.current = data.version
      if (!dirty.current) localStorage.removeItem(keptAt(place))
      setProblem(null)
      setSaving(dirty.current ? { is: 'saving' } : { is: 'saved', at: new Date() })
    } catch (error) {
      if (!isProblem(error)) throw error
      dirty.current = true
      setProblem(error.passing ? null : error)
      setSaving({ is: error.passing || error.status === 401 ? 'kept' : 'failed' })
      if (error.passing) timer.current = setTimeout(() => { sending.current = send() }, RETRY_MS)
    }
  }, [place.call, place.stage, place.application, review.rubric.hash])

  const change = (next: Sheet) => {
    latest.current = next
    dirty.current = true
    setSheet(next)
    localStorage.setItem(keptAt(place), JSON.stringify({ sheet: next, version: version.current } satisfies Kept))
    setSaving({ is: 'saving' })
    clearTimeout(timer.current)
    timer.current = setTimeout(() => { sending.current = send() }, QUIET_MS)
  }
  /** Saves what is left; true where everything is saved. */
  const flush = async (): Promise<boolean> => {
    clearTimeout(timer.current)
    await sending.current
    await send()
    return !dirty.current
  }
  useEffect(() => () => { clearTimeout(timer.current); void send() }, [send])
  return { sheet, change, flush, saving, problem, version: () => version.current, retry: () => void send() }
}
