import { ConfigProblem, readConfig } from './config.js'

describe('the configuration', () => {
  const url = 'postgres://user:hidden@127.0.0.1/db'
  const SESSION_SECRET = 'known to nobody but the tests themselves'
  const needed = { DATABASE_URL: url, SESSION_SECRET }

  it('needs the database and a secret alone, listens on this machine alone, and trusts no header', () => {
    expect(readConfig(needed)).toEqual({
      databaseUrl: url, port: 3000, host: '127.0.0.1', baseUrl: 'http://localhost:3000', sendsMail: false, logLevel: 'info', poolSize: 10, devIdentity: false, trustedProxies: [],
      secrets: [SESSION_SECRET], openId: undefined,
    })
  })

  it('takes what is set, and an empty variable for one that is not', () => {
    const env = {
      ...needed, PORT: '8080', HOST: '0.0.0.0', BASE_URL: 'https://apply.example.jp/', SMTP_URL: 'smtp://mail.example.jp', LOG_LEVEL: 'debug', DATABASE_POOL: '4', SAITAKU_DEV_IDENTITY: '1',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1', SESSION_SECRET: `${'n'.repeat(32)},${SESSION_SECRET}`,
    }
    expect(readConfig(env)).toEqual({
      databaseUrl: url, port: 8080, host: '0.0.0.0', baseUrl: 'https://apply.example.jp', sendsMail: true, logLevel: 'debug', poolSize: 4, devIdentity: true, trustedProxies: ['10.0.0.0/8', '::1'],
      secrets: ['n'.repeat(32), SESSION_SECRET], openId: undefined,
    })
    expect(readConfig({ ...needed, BASE_URL: '', SMTP_URL: ' ', PORT: '', HOST: '', LOG_LEVEL: '' })).toEqual(readConfig(needed))
  })

  it('takes an OpenID provider with its client, by plain http on this machine alone', () => {
    const given = { ...needed, OIDC_ISSUER: 'https://id.example.jp', OIDC_CLIENT_ID: 'saitaku' }
    expect(readConfig(given).openId).toMatchObject({ issuer: 'https://id.example.jp', clientId: 'saitaku', allowHttp: false })
    expect(() => readConfig({ ...needed, OIDC_ISSUER: 'https://id.example.jp' })).toThrow(new ConfigProblem('OIDC_CLIENT_ID: is needed where OIDC_ISSUER is given'))
    expect(() => readConfig({ ...given, OIDC_ISSUER: 'http://id.example.jp' })).toThrow(new ConfigProblem('OIDC_ISSUER: must begin with https://, except on this machine'))
  })

  it('refuses plain http from elsewhere than this machine, where a session could be overheard', () => {
    expect(() => readConfig({ ...needed, BASE_URL: 'http://apply.example.jp' })).toThrow(new ConfigProblem('BASE_URL: must begin with https://, except on this machine'))
    for (const own of ['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:3000']) expect(readConfig({ ...needed, BASE_URL: own }).baseUrl).toBe(own)
  })

  it.each([
    ['DATABASE_URL', undefined], ['DATABASE_URL', 'mysql://x:hidden@y'], ['PORT', 'x'], ['PORT', '70000'], ['PORT', '1.5'], ['BASE_URL', 'ftp://x'], ['SMTP_URL', 'http://x'], ['LOG_LEVEL', 'loud'], ['DATABASE_POOL', '0'], ['SAITAKU_DEV_IDENTITY', 'yes'],
    ['SESSION_SECRET', undefined], ['SESSION_SECRET', 'too-short'], ['TRUSTED_PROXIES', 'everyone!'],
  ])('names %s when it is %j, and never repeats it', (name, value) => {
    const wrong = (): unknown => readConfig({ ...needed, [name]: value })
    expect(wrong).toThrow(ConfigProblem)
    expect(wrong).toThrow(new RegExp(`^${name}: `))
    expect(wrong).not.toThrow(/hidden|nobody|too-short/)
  })
})
