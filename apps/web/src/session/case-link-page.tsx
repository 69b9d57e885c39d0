import { Navigate, useParams } from 'react-router'
import { Loading } from '../ui/states.js'
import { homeOf, useSession } from './session.js'

/** Where the link of a mail leads: to the case as this person works with it. */
export function CaseLinkPage() {
  const { id = '' } = useParams(), person = useSession()
  if (person === undefined) return <Loading />
  if (person === null) return <Navigate to={`/sign-in?to=${encodeURIComponent(`/cases/${id}`)}`} replace />
  const home = homeOf(person)
  return <Navigate to={home === '/office' ? `/office/cases/${id}` : home === '/review' ? '/review' : `/my/${id}`} replace />
}
