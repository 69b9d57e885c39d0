import { ConfigProblem, readConfig } from './config.js'

describe('the configuration', () => {
  const url = 'postgres://user:secret@127.0.0.1/db'

  it('needs the database alone, listens on this machine alone, and trusts no header', () => {
    expect(readConfig({ DATABASE_URL: url })).toEqual({ databaseUrl: url, port: 3000, host: '127.0.0.1', baseUrl: undefined, sendsMail: false, logLevel: 'info', poolSize: 10, devIdentity: false })
  })

  it('takes what is set, and an empty variable for one that is not', () => {
    const env = { DATABASE_URL: url, PORT: '8080', HOST: '0.0.0.0', BASE_URL: 'https://apply.example.jp', SMTP_URL: 'smtp://mail.example.jp', LOG_LEVEL: 'debug', DATABASE_POOL: '4', SAITAKU_DEV_IDENTITY: '1' }
    expect(readConfig(env)).toEqual({ databaseUrl: url, port: 8080, host: '0.0.0.0', baseUrl: 'https://apply.example.jp', sendsMail: true, logLevel: 'debug', poolSize: 4, devIdentity: true })
    expect(readConfig({ DATABASE_URL: url, BASE_URL: '', SMTP_URL: ' ', PORT: '', HOST: '', LOG_LEVEL: '' })).toEqual(readConfig({ DATABASE_URL: url }))
  })

  it.each([
    ['DATABASE_URL', undefined], ['DATABASE_URL', 'mysql://x:secret@y'], ['PORT', 'x'], ['PORT', '70000'], ['PORT', '1.5'], ['BASE_URL', 'ftp://x'], ['SMTP_URL', 'http://x'], ['LOG_LEVEL', 'loud'], ['DATABASE_POOL', '0'], ['SAITAKU_DEV_IDENTITY', 'yes'],
  ])('names %s when it is %j, and never repeats it', (name, value) => {
    const wrong = (): unknown => readConfig({ DATABASE_URL: url, [name]: value })
    expect(wrong).toThrow(ConfigProblem)
    expect(wrong).toThrow(new RegExp(`^${name}: `))
    expect(wrong).not.toThrow(/secret/)
  })
})
