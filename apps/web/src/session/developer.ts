import { requestHeaders } from '../api/client.js'
import { settings } from './settings.js'
import type { SignedIn } from './person.js'

const STORED = 'saitaku.developer'

/** Whom a developer chose to be; nobody where the service does not allow that. */
export function readDeveloper(): SignedIn | null {
  if (!settings.devIdentity) return null
  const stored = localStorage.getItem(STORED)
  return stored === null ? null : (JSON.parse(stored) as SignedIn)
}

export function chooseDeveloper(person: SignedIn | null): void {
  if (person === null) localStorage.removeItem(STORED)
  else localStorage.setItem(STORED, JSON.stringify(person))
}

requestHeaders['x-dev-identity'] = () => {
  const developer = readDeveloper()
  return developer ? JSON.stringify({ person: developer.personId }) : undefined
}
