import type { Schemas } from '../api/client.js'
import { stepsOf, type Definition } from '../api/programme.js'
import { now } from '../session/settings.js'
import { dateTime } from '../texts/dates.js'
import { TurnBadge, type Turn } from '../ui/turn.js'
import type { TimelineStep } from '../ui/timeline.js'
import type { useApplicantTexts } from './texts.js'

interface Progress { application: Schemas['Application'] | Schemas['ApplicationItem']; history: readonly Schemas['HistoryEntry'][]; definition: Definition; lang: 'ja' | 'en'; say: ReturnType<typeof useApplicantTexts> }

export const turnOf = ({ turn, done }: Pick<Schemas['ApplicationItem'], 'turn' | 'done'>): Turn => done ? 'nobody' : turn === 'applicant' ? 'you' : 'city'

/** Which of how many steps the present one is; undefined where the status belongs to none. */
export function positionOf({ publicStatus, chart }: Pick<Schemas['ApplicationItem'], 'publicStatus' | 'chart'>, definition: Definition): { at: number; of: number } | undefined {
  const step = publicStatus === null ? undefined : definition.publicStatuses[publicStatus]?.step
  const steps = stepsOf(definition, chart)
  const at = steps.findIndex((each) => each.step === step)
  return at < 0 ? undefined : { at: at + 1, of: steps.length }
}

/** What happened, with its dates, and the steps that are still to come. */
export function timelineOf({ application, history, definition, lang, say }: Progress): TimelineStep[] {
  const changes = history.filter((entry, at) => entry.publicStatus !== undefined && entry.publicStatus !== null && entry.publicStatus !== history.slice(0, at).findLast(({ publicStatus }) => publicStatus !== undefined)?.publicStatus)
  const past = changes.map(({ at, publicStatus, publicStatusLabel }, index): TimelineStep => {
    const isLast = index === changes.length - 1 && !application.done
    const explain = isLast && publicStatus ? definition.publicStatuses[publicStatus]?.explain : undefined
    return {
      key: `${at}${index}`, state: isLast ? 'now' : 'done', title: publicStatusLabel?.[lang] ?? publicStatus,
      children: <>
        <p className="muted">{dateTime(new Date(at), now(), lang)}</p>
        {isLast && <p className="mt-1"><TurnBadge turn={turnOf(application)} short /></p>}
        {explain && <p className="mt-1">{explain[lang]}</p>}
      </>,
    }
  })
  const reached = application.publicStatus === null ? undefined : definition.publicStatuses[application.publicStatus]?.step
  const ahead = application.done || reached === undefined ? [] : stepsOf(definition, application.chart).filter(({ step }) => step > reached)
  const known = past.length > 0 ? past : [{ key: 'now', state: 'now' as const, title: application.publicStatusLabel?.[lang] ?? say('status') }]
  return [...known, ...ahead.map((step): TimelineStep => ({ key: `step-${step.step}`, state: 'next', title: step.title[lang] }))]
}
