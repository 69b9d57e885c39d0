import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { diagram, loadProgramme, type CompiledChart, type ProgrammeFiles } from './index.js'
import { textWidth, wrapped } from './diagram-text.js'
import { toyProgramme } from '@saitaku/testkit'

const WORKFLOWS = join(import.meta.dirname, '../../../workflows')

function chartsOf(files: ProgrammeFiles): CompiledChart[] {
  return [...(loadProgramme(files).programme?.charts.values() ?? [])]
}
function chartsIn(folder: string): CompiledChart[] {
  const names = ['programme.yaml', 'form.yaml', 'rubric.yaml'].filter((name) => existsSync(join(folder, name)))
  return chartsOf(Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])))
}

const small = (charts: string): CompiledChart =>
  chartsOf({
    'programme.yaml': `
name: small
title: { ja: 小さな制度, en: Small programme }
roles: { applicant: { ja: 申請者, en: Applicant }, office: { ja: 事務局, en: Office } }
events: { submit: { ja: 提出する, en: Submit }, judge: { ja: 審査する, en: Judge }, note: { ja: 記録する, en: Note }, drop: { ja: やめる, en: Drop } }
deadlines: { closing: { after: P3D, label: { ja: 締切, en: Closing } } }
${charts}`,
  })[0] as CompiledChart

const PAPER = `
charts:
  paper:
    title: { ja: 書類, en: Paper }
    initial: draft
    states:
      draft:
        label: { ja: 下書き, en: Draft }
        tags: [preparing]
        turn: applicant
        after: { closing: lapsed }
        on: { submit: { target: work.checking, by: [applicant] }, note: { by: [applicant, office] } }
      work:
        label: { ja: 処理中, en: At work }
        tags: [submitted]
        initial: checking
        on: { drop: { target: lapsed, by: [applicant] } }
        states:
          checking: { label: { ja: 確認中, en: Being checked }, turn: office, on: { judge: { target: end, by: [office] } } }
          end: { label: { ja: 確認済み, en: Checked }, on: { judge: { target: "#done", by: [office] } } }
      done: { id: done, type: final, label: { ja: 完了, en: Done }, tags: [closed] }
      lapsed: { type: final, label: { ja: 期限切れ, en: Lapsed }, tags: [closed] }
`

describe('a diagram in Mermaid', () => {
  it('nests states, names who may, marks deadlines, and joins composites rather than what they hold', () => {
    expect(diagram(small(PAPER), 'mermaid', { lang: 'ja' })).toBe(`---
title: "小さな制度 — 書類"
---
stateDiagram-v2
    direction TB
    state "下書き" as draft
    draft : 記録する (申請者, 事務局)
    state "処理中" as work {
        state "確認中" as work_checking
        state "確認済み" as work_end
        [*] --> work_checking
        work_checking --> work_end : 審査する (事務局)
    }
    state "完了" as done
    state "期限切れ" as lapsed
    [*] --> draft
    draft --> work : 提出する (申請者) → 確認中
    draft --> lapsed : ⏱ 締切
    work --> done : 確認済み → 審査する (事務局)
    work --> lapsed : やめる (申請者)
    done --> [*]
    lapsed --> [*]
`)
  })

  it('speaks English as well', () => {
    expect(diagram(small(PAPER), 'mermaid', { lang: 'en' })).toContain('    draft --> work : Submit (Applicant) → Being checked\n    draft --> lapsed : ⏱ Closing\n')
  })

  it('parts the regions of a parallel state, and marks history', () => {
    const [, application] = chartsOf(toyProgramme)
    const text = diagram(application as CompiledChart, 'mermaid', { lang: 'ja' })
    expect(text).toContain('            work_a_shut --> [*]\n        }\n        --\n        state "b" as work_b {\n')
    expect(text).toContain('state "H*" as submitted_back\n')
    expect(text).toContain('    paused --> submitted : 再開 (事務局) → H*\n')
  })

  it('lets no label end a string, a line or a tag, and no id be a word of Mermaid', () => {
    const text = diagram(small(`charts: { paper: { initial: end, states: { end: { label: { ja: 'a"b<c>&;:#{}', en: x }, on: { judge: { target: state, by: [office] } } }, state: { type: final, label: { ja: "二\\n行", en: y } } } } }`), 'mermaid', { lang: 'ja' })
    expect(text).toContain('    state "a#34;b#60;c#62;#38;#59;#58;#35;#123;#125;" as end_\n    state "二 行" as state_\n')
    expect(text).toContain('    end_ --> state_ : 審査する (事務局)\n')
  })
})

describe('a diagram in SVG', () => {
  it('says what it is to those who do not see it', () => {
    const svg = diagram(small(PAPER), 'svg', { lang: 'ja' })
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+" width="\d+" height="\d+" role="img" aria-labelledby="title desc" lang="ja" font-family="'Noto Sans JP',/)
    expect(svg).toContain('<title id="title">小さな制度 — 書類</title>')
    expect(svg).toContain('<desc id="desc">状態と、そこからの操作・期限を示した図です。状態: 下書き、確認中、確認済み、完了、期限切れ。</desc>')
    expect(svg).toContain('<title>下書き → 期限切れ: ⏱ 締切</title>')
    expect(svg).toContain('<title>下書き (draft) — 順番: 申請者</title>')
  })

  it('escapes what labels hold', () => {
    const svg = diagram(small(`charts: { paper: { initial: a, states: { a: { label: { ja: '<script>"&''</script>', en: x } } } } }`), 'svg', { lang: 'ja' })
    expect(svg).toContain('&lt;script&gt;&quot;&amp;')
    expect(svg).not.toContain('<script')
  })

  it('writes the ends that many states lead to into their boxes', () => {
    const many = ['a', 'b', 'c'].map((name, i) => `${name}: { label: { ja: ${name.toUpperCase()}, en: x }, on: { drop: { target: gone, by: [applicant] }, judge: { target: ${['b', 'c', 'kept'][i]}, by: [office] } } }`)
    const svg = diagram(small(`charts: { paper: { initial: a, states: { ${many.join(', ')}, kept: { type: final }, gone: { type: final, label: { ja: 取りやめ, en: Gone } } } } }`), 'svg', { lang: 'ja' })
    expect(svg.match(/>やめる〔申請者〕 → 取りやめ</g)).toHaveLength(3)
    expect(svg).not.toContain('→ 取りやめ: ')
    expect(svg).toContain('<title>C → kept: 審査する (事務局)</title>')
  })
})

const PARTS = /<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>|[^<]+/gy

/** Every tag is closed by its own, and nothing stands between that is not text or a tag. */
function isWellFormed(xml: string): boolean {
  const open: string[] = []
  PARTS.lastIndex = 0
  let end = 0
  for (let part = PARTS.exec(xml); part; part = PARTS.exec(xml)) {
    end = PARTS.lastIndex
    const [all, closes, name, , closed] = part
    if (name === undefined) {
      if (/&(?!(amp|lt|gt|quot|#39);)/.test(all)) return false
    } else if (closes) {
      if (open.pop() !== name) return false
    } else if (!closed) open.push(name)
  }
  return end === xml.length && open.length === 0
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a: string, b: string): number => {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

describe.each(readdirSync(WORKFLOWS).filter((name) => existsSync(join(WORKFLOWS, name, 'programme.yaml'))))('the charts of %s', (name) => {
  const charts = chartsIn(join(WORKFLOWS, name))

  it.each(['ja', 'en'] as const)('are drawn well-formed, readable and always alike (%s)', (lang) => {
    for (const chart of charts) {
      const svg = diagram(chart, 'svg', { lang })
      expect(isWellFormed(svg)).toBe(true)
      const inks = new Set([...svg.matchAll(/<text [^>]*fill="(#\w{6})"/g)].map((match) => match[1] as string))
      const grounds = new Set([...svg.matchAll(/<rect [^>]*fill="(#\w{6})"[^>]*stroke=/g)].map((match) => match[1] as string))
      for (const ink of inks) for (const ground of [...grounds, '#ffffff']) expect([ink, ground, contrast(ink, ground) >= 4.5]).toEqual([ink, ground, true])
      expect(diagram(chart, 'svg', { lang })).toBe(svg)
      expect(diagram(chart, 'mermaid', { lang })).toBe(diagram(chart, 'mermaid', { lang }))
    }
  })

  it('name every state and every event that can happen', () => {
    for (const chart of charts) {
      const svg = diagram(chart, 'svg', { lang: 'ja' })
      const texts = svg.replaceAll(/<[^>]*>/g, ' ')
      for (const { node, place } of chart.nodes.values()) if (place !== '' && node.type !== 'history') expect(svg).toContain(`(${place})`)
      for (const type of chart.events.keys()) expect([type, texts.replaceAll(/\s/g, '').includes((chart.definition.events[type]?.ja ?? type).replaceAll(/\s/g, ''))]).toEqual([type, true])
    }
  })
})

describe('text', () => {
  it('is as wide as its full and half characters', () => {
    expect([textWidth('募集ab', 10), textWidth('ｱﾊﾟｰﾄ', 10), textWidth('（〔', 10)]).toEqual([31, 27.5, 20])
  })

  it('is broken between words and full-width characters, and never before a closing mark', () => {
    expect(wrapped('Submit the correction', 10, 70)).toEqual(['Submit the', 'correction'])
    expect(wrapped('提出する。', 10, 40)).toEqual(['提出す', 'る。'])
    expect(wrapped('', 10, 40)).toEqual([])
  })
})
