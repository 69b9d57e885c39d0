import { useEffect } from 'react'
import { createBrowserRouter, Outlet, ScrollRestoration, useLocation, useRouteError } from 'react-router'
import { CitizenPage } from './ui/citizen-page.js'
import { Failure, Loading, NotFound } from './ui/states.js'

/** What there is, one part of the program an audience: each is loaded when somebody first goes there. */
export function createRoutes(): ReturnType<typeof createBrowserRouter> {
  return createBrowserRouter([
    {
      element: <Root />, errorElement: <Broken />, hydrateFallbackElement: <Loading />,
      children: [
        { path: '/', lazy: async () => ({ Component: (await import('./public/home-page.js')).HomePage }) },
        { path: '/calls/:id', lazy: async () => ({ Component: (await import('./public/call-page.js')).CallPage }) },
        {
          path: '/calls/:id/begin', lazy: async () => ({ Component: (await import('./session/signed-in.js')).SignedInOnly }),
          children: [{ index: true, lazy: async () => ({ Component: (await import('./applicant/begin-page.js')).BeginPage }) }],
        },
        { path: '/accessibility', lazy: async () => ({ Component: (await import('./public/accessibility-page.js')).AccessibilityPage }) },
        { path: '/cases/:id', lazy: async () => ({ Component: (await import('./session/case-link-page.js')).CaseLinkPage }) },
        { path: '/sign-in', lazy: async () => ({ Component: (await import('./session/sign-in-page.js')).SignInPage }) },
        { path: '/sign-in/developer', lazy: async () => ({ Component: (await import('./session/development-page.js')).DevelopmentPage }) },
        { path: '/sign-up', lazy: async () => ({ Component: (await import('./session/sign-up-page.js')).SignUpPage }) },
        { path: '/reset-password', lazy: async () => ({ Component: (await import('./session/token-pages.js')).ResetPasswordPage }) },
        { path: '/invitation', lazy: async () => ({ Component: (await import('./session/token-pages.js')).InvitationPage }) },
        { path: '/first-administrator', lazy: async () => ({ Component: (await import('./session/token-pages.js')).FirstAdministratorPage }) },
        {
          path: '/account', lazy: async () => ({ Component: (await import('./session/signed-in.js')).SignedInOnly }),
          children: [{ index: true, lazy: async () => ({ Component: (await import('./session/account-page.js')).AccountPage }) }],
        },
        {
          path: '/my', lazy: async () => ({ Component: (await import('./session/signed-in.js')).SignedInOnly }),
          children: [
            { index: true, lazy: async () => ({ Component: (await import('./applicant/home-page.js')).HomePage }) },
            { path: ':id', lazy: async () => ({ Component: (await import('./applicant/status-page.js')).StatusPage }) },
            { path: ':id/forms/:form', lazy: async () => ({ Component: (await import('./applicant/task-list-page.js')).TaskListPage }) },
            { path: ':id/forms/:form/check', lazy: async () => ({ Component: (await import('./applicant/check-page.js')).CheckPage }) },
            { path: ':id/forms/:form/:section', lazy: async () => ({ Component: (await import('./applicant/section-page.js')).SectionPage }) },
            { path: ':id/receipt', lazy: async () => ({ Component: (await import('./applicant/receipt-page.js')).ReceiptPage }) },
          ],
        },
        {
          path: '/review', lazy: async () => ({ Component: (await import('./session/signed-in.js')).SignedInOnly }),
          children: [
            { index: true, lazy: async () => ({ Component: (await import('./review/queue-page.js')).QueuePage }) },
            { path: ':call/:stage/deliberation', lazy: async () => ({ Component: (await import('./review/deliberation-page.js')).DeliberationPage }) },
            { path: ':call/:stage/:application', lazy: async () => ({ Component: (await import('./review/review-page.js')).ReviewPage }) },
          ],
        },
        {
          path: '/office', lazy: async () => ({ Component: (await import('./session/signed-in.js')).SignedInOnly }),
          children: [{
            lazy: async () => ({ Component: (await import('./office/office-page.js')).OfficeFrame }),
            children: [
              { index: true, lazy: async () => ({ Component: (await import('./office/home-page.js')).HomePage }) },
              { path: 'applications', lazy: async () => ({ Component: (await import('./office/applications-page.js')).ApplicationsPage }) },
              { path: 'cases/:id', lazy: async () => ({ Component: (await import('./office/case-page.js')).CasePage }) },
              { path: 'calls', lazy: async () => ({ Component: (await import('./office/calls-page.js')).CallsPage }) },
              { path: 'calls/new', lazy: async () => ({ Component: (await import('./office/new-call-page.js')).NewCallPage }) },
              { path: 'calls/:id', lazy: async () => ({ Component: (await import('./office/call-page.js')).CallPage }) },
              { path: 'people', lazy: async () => ({ Component: (await import('./office/people-page.js')).PeoplePage }) },
              { path: 'audit', lazy: async () => ({ Component: (await import('./office/audit-page.js')).AuditPage }) },
              { path: 'failed', lazy: async () => ({ Component: (await import('./office/failed-page.js')).FailedPage }) },
            ],
          }],
        },
        { path: '*', element: <CitizenPage title="404"><NotFound /></CitizenPage> },
      ],
    },
  ])
}

/** Every page: where it begins, for the eye and for assistive technology. */
function Root() {
  const { pathname } = useLocation()
  useEffect(() => { document.getElementById('main')?.focus({ preventScroll: true }) }, [pathname])
  return <><Outlet /><ScrollRestoration /></>
}

/** A page that failed to load or to draw: a new version may have been published meanwhile. */
function Broken() {
  const error = useRouteError()
  return <CitizenPage title="Error"><Failure error={error} retry={() => location.reload()} /></CitizenPage>
}
