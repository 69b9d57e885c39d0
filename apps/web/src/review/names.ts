import type { Schemas } from '../api/client.js'

type Name = Schemas['Ranking']['rows'][number]['application']

/** How the room calls an application: by who applied, or where names are not shown by its number. */
export const nameOf = (application: Name, named: boolean): string => named ? application.organisation ?? (application.title || application.number || '') : application.number ?? application.id.slice(0, 8)
