import type { Application } from '../api/applications.js'
import type { AvailableEvent } from '../api/events.js'
import { hasRequirement, type Definition } from './definition-reading.js'

/**
 * The event that hands a form in: the one that asks for this form (`requires: [form.report]`), or for the chart's own
 * form the one whose guard judges whether it is complete.
 */
export function submitEventOf(application: Application, definition: Definition, form: string): AvailableEvent | undefined {
  const explicit = application.availableEvents.find(({ requires }) => requires.includes(`form.${form}`))
  if (explicit) return explicit
  if (application.form?.name !== form) return undefined
  return application.availableEvents.find(({ type }) => hasRequirement(definition, application.chart, type))
}

/** What an event of the applicant is handed in with, if anything. */
export function formOfEvent(application: Application, definition: Definition, event: AvailableEvent): string | undefined {
  const named = event.requires.find((path) => path.startsWith('form.'))?.slice('form.'.length)
  if (named !== undefined) return named
  return application.form && hasRequirement(definition, application.chart, event.type) ? application.form.name : undefined
}
