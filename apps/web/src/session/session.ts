import { useQuery } from '@tanstack/react-query'
import { client, ok, requestHeaders } from '../api/client.js'
import { queries } from '../api/queries.js'
import { chooseLanguage, hasChosenLanguage } from '../texts/texts.js'
import { chooseDeveloper, readDeveloper } from './developer.js'
import type { SignedIn } from './person.js'

const KEY = ['session']
const JUDGING = new Set(['reviewer', 'chair'])
const EVERY_PROGRAMME = '*'
const ADMINISTRATOR = 'administrator'

let csrfToken: string | undefined
requestHeaders['x-csrf-token'] = () => csrfToken

async function readSession(): Promise<SignedIn | null> {
  const developer = readDeveloper()
  if (developer) return developer
  const { session, csrfToken: token } = await ok(client.GET('/api/v1/auth/session'))
  csrfToken = token ?? undefined
  if (!session) return null
  const { personId, name, roles, lang } = await ok(client.GET('/api/v1/me'))
  if (!hasChosenLanguage()) await chooseLanguage(lang)
  return { personId, name, roles: roles.map(({ programme, role }) => ({ programme, role })) }
}

/** Who is signed in: undefined until that is known, null for nobody. */
export function useSession(): SignedIn | null | undefined {
  return useQuery({ queryKey: KEY, queryFn: readSession, staleTime: 60_000, refetchOnWindowFocus: true }).data
}

/** After signing in or out: what others saw is forgotten. */
export async function sessionChanged(): Promise<void> {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] })
  await queries.invalidateQueries({ queryKey: KEY })
}

export async function signOut(): Promise<void> {
  if (readDeveloper()) chooseDeveloper(null)
  else await ok(client.POST('/api/v1/auth/sign-out'))
  await sessionChanged()
}

export const isReviewer = (person: SignedIn | null | undefined): boolean => person?.roles.some(({ role }) => JUDGING.has(role)) ?? false
export const isChair = (person: SignedIn | null | undefined): boolean => person?.roles.some(({ role }) => role === 'chair') ?? false
export const isAdministrator = (person: SignedIn | null | undefined): boolean => person?.roles.some(({ programme, role }) => role === ADMINISTRATOR && programme === EVERY_PROGRAMME) ?? false
/** Works for the office: secretariat, approvers, finance, administrators. */
export const isOffice = (person: SignedIn | null | undefined): boolean => person?.roles.some(({ role }) => !JUDGING.has(role) && role !== 'applicant') ?? false

/** Where a person's work is. */
export function homeOf(person: SignedIn | null | undefined): string {
  if (isOffice(person)) return '/office'
  return isReviewer(person) ? '/review' : '/my'
}
