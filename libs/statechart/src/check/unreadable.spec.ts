import fc from 'fast-check'
import { tidyProgramme, toyProgramme } from '@saitaku/testkit'
import { checkProgramme, loadProgramme, type Problem, type ProgrammeFiles } from '../index.js'

const TIDY = tidyProgramme['programme.yaml'] as string
const withFile = (file: string, text: string): ProgrammeFiles => ({ ...tidyProgramme, [file]: text })
const brief = ({ file, line, column, code }: Problem): string => `${file}:${line}:${column} ${code}`
const problems = (file: string, text: string): string[] => checkProgramme(withFile(file, text)).problems.map(brief)

/** As a file reads whose bytes are in another encoding: the editor wrote Shift_JIS, the disk gives UTF-8. */
const shiftJis = new TextDecoder('utf-8').decode(new Uint8Array([0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0x8e, 0x73, 0x96, 0xaf]))
const utf16 = new TextDecoder('utf-8').decode(new Uint8Array([...'name: tidy'].flatMap((c) => [c.charCodeAt(0), 0])))

describe('files that are no programme', () => {
  it.each<[string, string, string[]]>([
    ['empty', '', ['programme.yaml:1:1 bad-shape']],
    ['white space', ' \n\n ', ['programme.yaml:1:1 bad-shape']],
    ['a comment', '# nothing\n', ['programme.yaml:1:1 bad-shape']],
    ['a number', '42', ['programme.yaml:1:1 bad-shape']],
    ['a list', '- a\n- b\n', ['programme.yaml:1:1 bad-shape']],
    ['a picture', '\u0089PNG\r\n\u001a\n\u0000\u0000\u0000', ['programme.yaml:2:1 not-text']],
    ['Shift_JIS', shiftJis, ['programme.yaml:1:7 not-text']],
    ['UTF-16', utf16, ['programme.yaml:1:2 not-text']],
    ['a million brackets and more', '{'.repeat(1 << 20), ['programme.yaml:1:1000001 file-too-long']],
    ['half a million brackets', '{'.repeat(500_000), ['programme.yaml:1:801 yaml-syntax']],
    ['half a million lists', '- '.repeat(250_000), ['programme.yaml:1:1 yaml-syntax']],
    ['brackets that close', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, ['programme.yaml:1:801 yaml-syntax']],
    ['an alias of what holds it', 'name: &a [*a]\n', ['programme.yaml:1:11 yaml-syntax']],
    ['an alias of nothing', 'name: *nobody\n', ['programme.yaml:1:7 yaml-syntax']],
    ['two documents', 'name: a\n---\nname: b\n', ['programme.yaml:2:1 yaml-syntax']],
    ['the prototype of all objects', '__proto__: { name: x }\n', ['programme.yaml:1:1 unknown-key']],
    ['a merge key', '<<: 1\n', ['programme.yaml:1:1 unknown-key']],
  ])('report %s with a place', (_, text, expected) => {
    const found = problems('programme.yaml', text)
    expect([...new Set(found)].filter((one) => expected.includes(one))).toEqual(expected)
    expect(found.every((one) => /^programme\.yaml:\d+:\d+ [a-z-]+$/.test(one))).toBe(true)
  })

  it('report nesting in block style', () => {
    const deep = Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')
    expect(problems('programme.yaml', deep)).toEqual(['programme.yaml:82:82 yaml-syntax'])
  })

  it('report a bomb of aliases', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`)].join('\n')
    expect(problems('programme.yaml', bomb)).toEqual(['programme.yaml:2:10 yaml-syntax'])
  })

  it('report a tab where YAML wants spaces', () => {
    expect(problems('programme.yaml', TIDY.replace('  applicant: { ja', '\tapplicant: { ja'))[0]).toBe('programme.yaml:5:1 yaml-syntax')
  })

  it('report a key that stands twice', () => {
    const line = TIDY.split('\n').findIndex((one) => one === 'numbers:') + 1
    expect(problems('programme.yaml', TIDY.replace('\nnumbers:\n', '\nnumbers: {}\nnumbers:\n'))).toEqual([`programme.yaml:${line + 1}:1 yaml-syntax`])
  })

  it('report that there is no programme.yaml', () => {
    expect(checkProgramme({}).problems.map(brief)).toEqual(['programme.yaml:1:1 missing-file'])
  })

  it.each<[string, string, string]>([
    ['a form that is no form', 'form.yaml', 'forms: 7'],
    ['a form of brackets', 'form.yaml', '['.repeat(100_000)],
    ['a rubric that is no rubric', 'rubric.yaml', 'x'],
    ['a notice without a head', 'notices/late.ja.md', 'hello'],
    ['a notice whose head is no YAML', 'notices/late.ja.md', '---\nsubject: *x\n---\nhello'],
    ['a notice whose head bites its tail', 'notices/late.ja.md', '---\nsubject: &a [*a]\n---\nhello'],
    ['a notice whose head is all brackets', 'notices/late.ja.md', `---\n${'{'.repeat(100_000)}\n---\nhello`],
    ['a file beside the notices', 'notices/README.txt', 'hello'],
    ['a notice in another language', 'notices/late.fr.md', '---\nsubject: Tard\n---\nTard'],
  ])('report %s in that file', (_, file, text) => {
    expect(problems(file, text).filter((one) => one.startsWith(`${file}:`)).length).toBeGreaterThan(0)
  })

  it('read a file with a byte order mark and with the line ends of Windows', () => {
    expect(problems('programme.yaml', `\uFEFF${TIDY.replaceAll('\n', '\r\n')}`)).toEqual([])
  })
})

describe('every problem at once', () => {
  it('is told of a file that is broken in five places, one of which cannot be read', () => {
    const text = TIDY.replace('after: { closing: screening }', 'after: { closing: screning }')
      .replace('separateFrom: [propose]', 'separateFrom: [proposal]')
      .replace('assignNumber: receiptNo', 'assignNumbr: receiptNo')
      .replace('correction: { after: P10D,', 'correction: { after: 10days,')
      .replace('turn: reviewers', 'turn: judges')
    expect(checkProgramme(withFile('programme.yaml', text)).problems.map((one) => one.code)).toEqual(['unknown-target', 'unknown-action', 'unknown-turn', 'unknown-event', 'bad-deadline'])
  })

  it('places what stands behind an item of a list that was left out', () => {
    const line = TIDY.split('\n').findIndex((one) => one.includes('assignNumber')) + 1
    const text = TIDY.replace('{ assignNumber: receiptNo }, { notify: { template: received, to: applicant } }', '{ assignNumbr: receiptNo }, { notify: { template: received, to: applicants } }')
    const column = (text.split('\n')[line - 1] as string).indexOf('applicants') + 1
    expect(problems('programme.yaml', text)).toEqual([`programme.yaml:${line}:18 unknown-action`, `programme.yaml:${line}:${column} unknown-role`])
  })

  it('is told of form and programme together, without what only follows from the form', () => {
    const found = checkProgramme({ ...withFile('form.yaml', (tidyProgramme['form.yaml'] as string).replace('kind: yen, label: { ja: 経費', 'kind: yenn, label: { ja: 経費')), 'programme.yaml': TIDY.replace('turn: reviewers', 'turn: judges') })
    expect([...new Set(found.problems.map((one) => `${one.file} ${one.code}`))]).toEqual(['form.yaml bad-shape', 'programme.yaml unknown-turn'])
  })
})

describe('anything at all', () => {
  const alphabet = fc.string({ unit: fc.constantFrom(...'abz {}[]:,-#&*!|>\'"%@`\n\t\\?~019'), maxLength: 80 })
  const placed = (files: ProgrammeFiles): boolean => checkProgramme(files).problems.every((one) => one.line >= 1 && one.column >= 1 && one.message !== '' && one.file !== '')

  it('is answered with places and never with an exception', () => {
    fc.assert(fc.property(fc.constantFrom('programme.yaml', 'form.yaml', 'rubric.yaml', 'notices/late.ja.md'), alphabet, (file, text) => placed(withFile(file, text))), { numRuns: 30 })
  })

  it('may be cut anywhere, or have anything put into it', () => {
    const cut = fc.record({ at: fc.nat(TIDY.length), length: fc.nat(200), put: alphabet })
    fc.assert(fc.property(cut, ({ at, length, put }) => placed(withFile('programme.yaml', TIDY.slice(0, at) + put + TIDY.slice(at + length)))), { numRuns: 30 })
  })

  it('may have any word exchanged for another', () => {
    const words = [...new Set(TIDY.match(/[A-Za-z]+/g))]
    const exchange = fc.record({ from: fc.constantFrom(...words), to: fc.constantFrom(...words) })
    fc.assert(fc.property(exchange, ({ from, to }) => placed(withFile('programme.yaml', TIDY.replace(new RegExp(`\\b${from}\\b`, 'g'), to)))), { numRuns: 30 })
  })

  it('may have a line left out', () => {
    const lines = TIDY.split('\n')
    fc.assert(fc.property(fc.nat(lines.length - 1), (gone) => placed(withFile('programme.yaml', lines.filter((_, i) => i !== gone).join('\n')))), { numRuns: 30 })
  })

  it('loads as it was where nothing is wrong', () => {
    expect(loadProgramme(toyProgramme).problems).toEqual([])
  })
})
