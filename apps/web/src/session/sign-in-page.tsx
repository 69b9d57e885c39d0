import { DevelopmentPage } from './development-page.js'

export function SignInPage() {
  return <DevelopmentPage />
}
