import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Provider } from 'oidc-provider'

/** Who sits in front of the browser at the provider, and what the provider says of them. */
export interface Resident {
  subject: string
  email?: string
  emailVerified?: boolean
  name?: string
  acr?: string
}

export const CLIENT = { id: 'saitaku', secret: 'the secret of the client' }
export const TWO_FACTORS = 'https://provider.example/two-factors'

/** A real OpenID provider on loopback, with somebody who agrees to everything. */
export class OpenIdProvider {
  resident: Resident = { subject: 'resident' }
  private readonly people = new Map<string, Resident>()
  private provider: Provider | undefined

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  static async start(redirectUri: string): Promise<OpenIdProvider> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const started = new OpenIdProvider(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await started.serve(redirectUri)
    return started
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise<void>((resolve, reject) => this.server.close((error) => (error ? reject(error) : resolve())))
  }

  /** Takes the browser from the address of the service through sign-in and back: the address it is sent to. */
  async visit(url: string): Promise<string> {
    const cookies = new Map<string, string>()
    let at = url
    for (let hop = 0; hop < 10; hop++) {
      const response = await fetch(at, { redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } })
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';')
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
      }
      const location = response.headers.get('location')
      if (location === null) throw new Error(`The provider answered ${response.status}: ${(await response.text()).slice(0, 300)}`)
      at = new URL(location, at).href
      if (!at.startsWith(this.issuer)) return at
    }
    throw new Error('The provider sends the browser round and round')
  }

  private async serve(redirectUri: string): Promise<void> {
    const oidc = await import('oidc-provider') // when it is needed: it complains about Node 20 as it loads
    const provider = new oidc.Provider(this.issuer, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
      acrValues: [TWO_FACTORS],
      claims: { openid: ['sub', 'acr', 'auth_time'], email: ['email', 'email_verified'], profile: ['name'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_, id) => ({ accountId: id, claims: () => this.claimsOf(id) }),
      cookies: { keys: ['keys of the tests'] },
      pkce: { required: () => true },
      ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    })
    this.provider = provider
    const handle = provider.callback()
    this.server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/')) void this.agree(request, response)
      else void handle(request, response)
    })
  }

  private async agree(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { provider } = this
    if (!provider) throw new Error('The provider has not started')
    const { params } = await provider.interactionDetails(request, response)
    const { subject, acr } = this.resident
    this.people.set(subject, this.resident)
    const grant = new provider.Grant({ accountId: subject, clientId: CLIENT.id })
    grant.addOIDCScope(String(params.scope))
    await provider.interactionFinished(request, response, { login: { accountId: subject, remember: false, ...(acr === undefined ? {} : { acr }) }, consent: { grantId: await grant.save() } })
  }

  private claimsOf(id: string): { sub: string; [claim: string]: unknown } {
    const { email, emailVerified, name } = this.people.get(id) ?? { subject: id }
    return { sub: id, ...(email === undefined ? {} : { email, email_verified: emailVerified ?? false }), ...(name === undefined ? {} : { name }) }
  }
}
