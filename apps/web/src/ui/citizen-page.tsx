import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { isOffice, isReviewer, useSession } from '../session/session.js'
import { livesInItsOwnTime, now, settings } from '../session/settings.js'
import { longDate } from '../texts/dates.js'
import { chooseLanguage, useLanguage } from '../texts/texts.js'
import { Breadcrumb, type Crumb } from './breadcrumb.js'
import { Icon, Mark } from './icons.js'
import { usePageTitle } from './page-title.js'
import { useUiTexts } from './texts.js'
import { Toasts } from './toast.js'

/** The frame of citizens' pages: who we are, the language, who you are; the content; what is at the bottom. */
export function CitizenPage({ title, trail, here, children, wide }: { title: string | undefined; trail?: readonly Crumb[]; here?: string; children: ReactNode; wide?: boolean }) {
  const say = useUiTexts()
  usePageTitle(title)
  return (
    <div className="citizen">
      <a className="skip" href="#main">{say('skip')}</a>
      <DemoNote />
      <header className="top"><div className="wrap top-in"><Brand /><UserLinks /></div></header>
      {trail && <div className="wrap"><Breadcrumb trail={trail} here={here ?? title ?? ''} /></div>}
      <main id="main" className={`wrap main${trail ? '' : ' pt-6'}${wide ? ' wide' : ''}`} tabIndex={-1}>{children}</main>
      <Footer />
      <Toasts />
    </div>
  )
}

function Brand() {
  const say = useUiTexts()
  return <Link className="brand" to="/"><Mark /><span style={{ margin: 0 }}><span>{say('brandCity')}</span><b>{say('brandName')}</b></span></Link>
}

export function UserLinks() {
  const say = useUiTexts(), person = useSession()
  return (
    <nav aria-label={say('user')}>
      <LanguageSwitch />
      {person === null && <Link className="tlink" to="/sign-in"><Icon name="person" />{say('signIn')}</Link>}
      {person && isOffice(person) && <Link className="tlink" to="/office"><Icon name="office" />{say('office')}</Link>}
      {person && isReviewer(person) && <Link className="tlink" to="/review"><Icon name="pen" />{say('review')}</Link>}
      {person && <Link className="tlink" to="/my"><Icon name="file" />{say('myPage')}</Link>}
      {person && <Link className="tlink" to="/account"><Icon name="person" /><span className="max-desktop:sr-only">{person.name}</span><span className="desktop:hidden" aria-hidden="true">{say('accountShort')}</span></Link>}
    </nav>
  )
}

export function LanguageSwitch() {
  const lang = useLanguage(), other = lang === 'ja' ? 'en' : 'ja'
  return <button type="button" className="tlink" lang={other} onClick={() => void chooseLanguage(other)}><Icon name="globe" />{other === 'en' ? 'English' : '日本語'}</button>
}

/** A demo lives in its own year: without this note its dates would mislead. */
export function DemoNote() {
  const say = useUiTexts(), lang = useLanguage()
  if (!livesInItsOwnTime) return null
  return <p className="demo"><span>{say('demo')}</span><span className="nw">{say('demoClock', { date: longDate(now(), lang) })}</span>{settings.mailbox && <a href="/mailbox">{say('mailbox')}</a>}</p>
}

function Footer() {
  const say = useUiTexts()
  return (
    <footer className="foot"><div className="wrap t12">
      <ul><li><Link to="/">{say('programmes')}</Link></li><li><Link to="/accessibility">{say('accessibility')}</Link></li></ul>
    </div></footer>
  )
}
