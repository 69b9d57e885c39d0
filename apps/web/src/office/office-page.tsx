import { useState, type FormEvent, type ReactNode } from 'react'
import { Link, NavLink, Outlet, useNavigate } from 'react-router'
import { isAdministrator, isReviewer, useSession } from '../session/session.js'
import { DemoNote, LanguageSwitch } from '../ui/citizen-page.js'
import { Icon, Mark, type IconName } from '../ui/icons.js'
import { usePageTitle } from '../ui/page-title.js'
import { useUiTexts } from '../ui/texts.js'
import { Toasts } from '../ui/toast.js'
import { useOfficeTexts } from './texts.js'
import './office.css'

/** The frame of the office's pages: where one can go at the left, dense and grey. */
export function OfficeFrame() {
  const say = useOfficeTexts(), ui = useUiTexts(), person = useSession()
  return (
    <div className="office">
      <a className="skip" href="#main">{ui('skip')}</a>
      <DemoNote />
      <header className="o-top"><div className="top-in">
        <Link className="brand" to="/office"><Mark /><span className="unit"><b>採択</b><span>Saitaku</span></span></Link>
        <nav aria-label={ui('user')}>
          <LanguageSwitch />
          <Link className="tlink" to="/"><Icon name="globe" /><span className="max-desktop:sr-only">{say('toPublic')}</span></Link>
          {person && <Link className="tlink" to="/account"><Icon name="person" />{person.name}</Link>}
        </nav>
      </div></header>
      <div className="o-grid">
        <nav className="o-nav" aria-label={say('screens')}>
          <details className="only-s"><summary><Icon name="menu" />{say('menu')}</summary><Links /></details>
          <div className="only-l"><Links /></div>
        </nav>
        <Outlet />
      </div>
      <Toasts />
    </div>
  )
}

function Links() {
  const say = useOfficeTexts(), person = useSession()
  return <>
    <Place to="/office" icon="home" end>{say('home')}</Place>
    <Place to="/office/applications" icon="list">{say('applications')}</Place>
    <Place to="/office/calls" icon="calendar">{say('calls')}</Place>
    {isReviewer(person) && <Place to="/review" icon="pen">{say('reviews')}</Place>}
    {isAdministrator(person) && <>
      <p>{say('administration')}</p>
      <Place to="/office/programmes" icon="stages">{say('programmes')}</Place>
      <Place to="/office/people" icon="people">{say('people')}</Place>
      <Place to="/office/audit" icon="shield">{say('audit')}</Place>
      <Place to="/office/failed" icon="warning">{say('troubled')}</Place>
    </>}
  </>
}

function Place({ to, icon, end, children }: { to: string; icon: IconName; end?: boolean; children: ReactNode }) {
  return <NavLink to={to} end={end ?? false}><Icon name={icon} />{children}</NavLink>
}

/** One page of the office: its title, what stands above it, and its one main action. */
export function OfficePage({ title, over, action, children }: { title: string; over?: ReactNode; action?: ReactNode; children: ReactNode }) {
  usePageTitle(title)
  return (
    <main id="main" className="o-main" tabIndex={-1}>
      <div className="flex flex-wrap items-end gap-x-6 gap-y-3"><div>{over && <div className="bread">{over}</div>}<h1 className="h-page">{title}</h1></div>{action && <div className="max-desktop:w-full desktop:ml-auto">{action}</div>}</div>
      {children}
    </main>
  )
}

/** Finds by words; the address of the list holds them. */
export function SearchBox({ initial }: { initial: string }) {
  const say = useOfficeTexts(), navigate = useNavigate(), [words, setWords] = useState(initial)
  const find = (event: FormEvent) => { event.preventDefault(); void navigate(`/office/applications?q=${encodeURIComponent(words.trim())}`) }
  return (
    <form role="search" className="unit" onSubmit={find}><label className="sr-only" htmlFor="find">{say('search')}</label>
      <input className="in w12" id="find" type="search" value={words} onChange={({ target }) => setWords(target.value)} /><button type="submit" className="btn btn-2 btn-sm"><Icon name="search" />{say('searchDo')}</button>
    </form>
  )
}
