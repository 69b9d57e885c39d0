import { ApiService } from './api-service.js'
import { PanelYear } from './panel-year.js'

describe('A deliberation that is followed', () => {
  it('tells each of twenty readers of every act, nobody who may not see it, and nothing of what was done', async () => {
    const year = await PanelYear.begin({ applications: [{ title: '川の学校', requested: 900_000 }] })
    const api = await ApiService.start(year.url)
    const stop = new AbortController()
    try {
      const path = `/api/v1/calls/${year.callId}/deliberation/stream?stage=panel`
      const { version } = await year.committee.stages.read(year.key)
      const followers = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
        const person = year.panel[i % year.panel.length]?.id ?? ''
        const response = await fetch(`${api.url}${path}`, { headers: { 'x-dev-identity': JSON.stringify({ person }) }, signal: stop.signal })
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
        let text = ''
        return async (until: string): Promise<string> => {
          while (!text.includes(until)) text += (await reader?.read())?.value ?? ''
          return text
        }
      }))
      await Promise.all(followers.map((read) => read(`"version":${version}`)))
      const { seq } = await year.committee.deliberations.act(year.key, year.chair, { kind: 'meetingOpened', title: '秘密の会議', agenda: [] })
      const heard = await Promise.all(followers.map((read) => read(`"version":${seq}`)))
      expect(heard.filter((text) => text.includes('秘密'))).toEqual([])
      expect((await api.get(year.applicants[0] ?? '', path)).status).toBe(403)
    } finally {
      stop.abort()
      await api.stop()
      await year.end()
    }
  })
})
