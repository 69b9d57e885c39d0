import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

interface Service {
  image: string
  command?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
  deploy?: { replicas: number }
  ports?: string[]
}

describe('the compose file', () => {
  const root = path.resolve(import.meta.dirname, '../..')
  const file = parse(fs.readFileSync(path.join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as
    { services: Record<string, Service>, volumes: Record<string, null> }
  const { services } = file

  it('runs PostgreSQL 18, a Redis that keeps its jobs, one set-up, an api and two workers', () => {
    expect(Object.keys(services)).toEqual(['postgres', 'redis', 'setup', 'api', 'worker'])
    expect(services.postgres?.image).toBe('postgres:18')
    expect(services.redis?.command).toEqual(['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
    expect(services.worker?.deploy).toEqual({ replicas: 2 })
  })

  it('starts the api and the workers only after the set-up, and that only on healthy servers', () => {
    expect(services.setup?.depends_on).toEqual({ postgres: { condition: 'service_healthy' }, redis: { condition: 'service_healthy' } })
    for (const name of ['api', 'worker']) expect(services[name]?.depends_on).toEqual({ setup: { condition: 'service_completed_successfully' } })
    expect(Object.entries(services).filter(([, { healthcheck }]) => healthcheck).map(([name]) => name)).toEqual(['postgres', 'redis', 'api'])
  })

  it('gives every process of ours the same servers, and a password that must be chosen', () => {
    for (const name of ['setup', 'api', 'worker'])
      expect([services[name]?.environment?.DATABASE_URL, services[name]?.environment?.REDIS_URL])
        .toEqual(['postgres://saitaku:${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}@postgres:5432/saitaku', 'redis://redis:6379/0'])
  })

  it('listens on this machine alone, and names only programs that the build makes', () => {
    expect(Object.entries(services).flatMap(([name, { ports }]) => ports ? [[name, ports]] : [])).toEqual([['api', ['127.0.0.1:${PORT:-3000}:3000']]])
    const dockerfile = fs.readFileSync(path.join(root, 'Dockerfile'), 'utf8')
    const programs = [...dockerfile.matchAll(/dist\/apps\/(\w+)\/src\/main\.js/g)].map(([, app]) => app)
    const commands = ['setup', 'worker'].map((name) => services[name]?.command?.find((part) => part.startsWith('dist/')))
    expect([programs, commands]).toEqual([['api'], ['dist/apps/cli/src/main.js', 'dist/apps/worker/src/main.js']])
  })
})
