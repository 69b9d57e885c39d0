import { Navigate, Outlet, useLocation } from 'react-router'
import { Loading } from '../ui/states.js'
import { useSession } from './session.js'

/** Pages for people who are signed in; others are asked to, and come back here. */
export function SignedInOnly() {
  const person = useSession(), { pathname, search } = useLocation()
  if (person === undefined) return <Loading />
  if (person === null) return <Navigate to={`/sign-in?to=${encodeURIComponent(pathname + search)}`} replace />
  return <Outlet />
}
