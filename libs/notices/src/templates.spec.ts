import { Link } from './markdown.js'
import { NoticeTemplates, type TemplateContext } from './templates.js'

const notice = (body: string, subject = 's'): NoticeTemplates => new NoticeTemplates({ name: 'toy', notices: { t: { ja: { subject, body } } } })
const context = (more: object = {}): TemplateContext => ({ url: new Link('https://apply.example/cases/1?a=b_c_d'), case: { title: null, ...more } })
const html = (body: string, more: object = {}): string => /<body>\n([^]*)<\/body>/.exec(notice(body).render('t', 'ja', context(more)).html)?.[1] ?? ''
const text = (body: string, more: object = {}): string => notice(body).render('t', 'ja', context(more)).text

/** The name and message of what it throws. */
const failure = (work: () => unknown): string => {
  try {
    work()
    return 'nothing'
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : 'no error'
  }
}

describe('A notice', () => {
  it('is one plain text and a simple page of HTML from the same source', () => {
    const body = '# 採択\n\n次の二点です。\n\n- 一\n- 二\n\n{{ url }}'
    expect(text(body)).toBe('# 採択\n\n次の二点です。\n\n- 一\n- 二\n\nhttps://apply.example/cases/1?a=b_c_d\n')
    expect(html(body)).toBe('<h1>採択</h1>\n<p>次の二点です。</p>\n<ul>\n<li>一</li>\n<li>二</li>\n</ul>\n' +
      '<p><a href="https://apply.example/cases/1?a=b_c_d">https://apply.example/cases/1?a=b_c_d</a></p>\n')
  })

  it('keeps the lines of a letter', () => {
    expect(html('株式会社 甲\n代表者 様')).toBe('<p>株式会社 甲<br>\n代表者 様</p>\n')
  })

  it.each([
    ['HTML', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['a link', '[見る](https://evil.example)', '[見る](https://evil.example)'],
    ['an address', 'https://evil.example', 'https://evil.example'],
    ['an image', '![x](https://evil.example/p.png)', '![x](https://evil.example/p.png)'],
    ['emphasis', '**重要** _x_ `y`', '**重要** _x_ `y`'],
    ['an entity', '&amp;lt;', '&amp;amp;lt;'],
  ])('prints %s in a value as it was typed', (_, title, printed) => {
    expect(html('題名 {{ case.title }}', { title })).toBe(`<p>題名 ${printed}</p>\n`)
    expect(text('題名 {{ case.title }}', { title })).toBe(`題名 ${title}\n`)
  })

  it('lets the lines of a value begin neither a heading, a list nor a block of code', () => {
    expect(html('{{ case.title }}', { title: '# 一\n- 二\n1. 三\n    四\n> 五' })).toBe('<p># 一<br>\n- 二<br>\n1. 三<br>\n四<br>\n&gt; 五</p>\n')
  })

  it('has a subject of one line', () => {
    expect(notice('b', '受付 {{ case.title }}').render('t', 'ja', context({ title: 'a\r\nBcc: x@evil.example' })).subject).toBe('受付 a Bcc: x@evil.example')
  })

  it.each([
    ['{{ case.day | date_ja }}', '2023年6月23日(令和5年)'],
    ['{{ case.day | era_date }}', '令和5年6月23日'],
    ['{{ case.day | date_en }}', '23 June 2023'],
    ['{{ case.at | datetime_ja }}', '2023年6月23日(令和5年)17:00'],
    ['{{ case.at | datetime_en }}', '23 June 2023, 17:00'],
    ['{{ case.at | date_ja }}', '2023年6月23日(令和5年)'],
    ['{{ case.end | datetime_ja }}', '2023年6月30日(令和5年)24:00'],
    ['{{ case.end | date_en }}', '30 June 2023'],
    ['{{ case.amount | yen }}', '1,000,000円'],
    ['{{ case.amount | yen_en }}', '¥1,000,000'],
    ['{{ case.small | yen }}', '999円'],
    ['[{{ case.title | yen }}{{ case.title | date_ja }}]', '[]'],
    ['{% if case.nowhere %}x{% else %}y{% endif %}', 'y'],
  ])('%s gives %s', (body, printed) => {
    const values = { day: '2023-06-23', at: '2023-06-23T08:00:00.000Z', end: '2023-06-30T24:00', amount: 1_000_000, small: '999' }
    expect(text(body, values)).toBe(`${printed}\n`)
  })

  it.each([
    ['a name that nobody declared', '{{ case.titel }}', 'notices/t.ja.md of toy: undefined variable: case.titel, line:1, col:4'],
    ['a filter that does not exist', '{{ case.title | shout }}', 'notices/t.ja.md of toy: undefined filter: shout, line:1, col:1'],
    ['a tag that is not closed', '{% if case.title %}', 'notices/t.ja.md of toy: tag {% if case.title %} not closed, line:1, col:1'],
    ['an amount that is none', '{{ case.day | yen }}', 'notices/t.ja.md of toy: "2023-06-23" is not an amount in whole yen, line:1, col:1'],
    ['a whole record', '{{ case }}', 'notices/t.ja.md of toy: A whole record cannot be printed; name one of its fields, line:1, col:1'],
    ['a file', "{% include '/etc/passwd' %}", 'notices/t.ja.md of toy: ENOENT: Failed to lookup "/etc/passwd" in ".", line:1, col:1'],
  ])('fails, naming the place, on %s', (_, body, message) => {
    expect(failure(() => text(body, { day: '2023-06-23' }))).toBe(`Defect: ${message}`)
  })

  it('does not run for ever', () => {
    expect(failure(() => text('{% for i in (1..100000000) %}{{ i }}{% endfor %}'))).toBe('Defect: notices/t.ja.md of toy: memory alloc limit exceeded, line:1, col:1')
  })

  it('falls back to Japanese, and fails where there is neither', () => {
    expect(notice('本文').render('t', 'en', context())).toMatchObject({ lang: 'ja', text: '本文\n' })
    expect(failure(() => notice('本文').render('u', 'en', context()))).toBe('Defect: Programme toy has no notices/u.en.md and no notices/u.ja.md')
  })
})
