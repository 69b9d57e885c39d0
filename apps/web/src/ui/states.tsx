import type { ReactNode } from 'react'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { isProblem } from '../api/problem.js'
import { useLanguage } from '../texts/texts.js'
import { Button, LinkButton } from './button.js'
import { Icon, type IconName } from './icons.js'
import { useUiTexts } from './texts.js'

const NOT_AT_ONCE_MS = 400

/** Says that something is coming, though not before it has taken a moment. */
export function Loading() {
  const say = useUiTexts()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), NOT_AT_ONCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return <div className="state" role="status" aria-live="polite">{late && <><span className="spin" aria-hidden="true" /><span>{say('loading')}</span></>}</div>
}

/** There is nothing, and what one might do about it. */
export function Empty({ title, icon = 'info', children }: { title: string; icon?: IconName; children?: ReactNode }) {
  return <div className="state empty"><Icon name={icon} /><p className="font-bold">{title}</p>{children && <div className="muted">{children}</div>}</div>
}

/** What a failed request means for the person, and the next step. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const say = useUiTexts(), lang = useLanguage()
  const problem = isProblem(error) ? error : null
  if (problem?.status === 404) return <NotFound />
  if (problem?.status === 401) return (
    <Trouble icon="lock" title={say('signInNeededTitle')} body={say('signInNeededBody')}>
      <LinkButton rank="main" to={`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`}>{say('signIn')}</LinkButton>
    </Trouble>
  )
  if (problem?.status === 403) return <Trouble icon="lock" title={say('forbiddenTitle')} body={problem.body?.reason?.[lang] ?? problem.message} />
  const offline = problem?.status === 0
  return (
    <Trouble icon={offline ? 'offline' : 'error'} title={say(offline ? 'offlineTitle' : 'errorTitle')} body={say(offline ? 'offlineBody' : 'errorBody')}>
      {retry && <Button rank="second" onClick={retry}>{say('again')}</Button>}
    </Trouble>
  )
}

/** The same for what does not exist and for what one may not see. */
export function NotFound() {
  const say = useUiTexts()
  return <Trouble icon="search" title={say('notFoundTitle')} body={say('notFoundBody')}><Link to="/">{say('toStart')}</Link></Trouble>
}

function Trouble({ icon, title, body, children }: { icon: IconName; title: string; body: string; children?: ReactNode }) {
  return <div className="state trouble" role="alert"><Icon name={icon} /><h1 className="h-sub">{title}</h1><p className="muted">{body}</p>{children && <p className="mt-2">{children}</p>}</div>
}

/** A query's answer, or what there is instead of it. */
export function Loaded<T>({ query, children }: { query: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown }; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />
  return <Loading />
}
