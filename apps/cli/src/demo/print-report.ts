import type { DemoReport } from './run-demo.js'
import type { ProgrammeFigures } from './demo-figures.js'

type Lang = 'ja' | 'en'
type Words = Record<'programme' | 'applied' | 'screened' | 'judged' | 'adopted' | 'won' | 'inForce' | 'returns' | 'fired' | 'cancelled' | 'notices' | 'documents' | 'audit' | 'sound' | 'invariants' | 'held' | 'seconds' | 'ended' | 'prizes' | 'promoted', string>

const WORDS: Record<Lang, Words> = {
  ja: {
    programme: '制度', applied: '申請', screened: '形式審査', judged: '審査', adopted: '採択・登録', won: '受賞', inForce: '有効(期首→期末)', returns: '補正依頼', fired: '期限到来', cancelled: '期限解除',
    notices: '通知', documents: '文書', audit: '監査', sound: '正常', invariants: '不変条件', held: 'すべて成立', seconds: '秒', ended: '終了', prizes: '賞', promoted: '繰上採択',
  },
  en: {
    programme: 'programme', applied: 'applied', screened: 'screened', judged: 'judged', adopted: 'adopted', won: 'won', inForce: 'in force (start→end)', returns: 'returned', fired: 'deadlines', cancelled: 'cancelled',
    notices: 'notices', documents: 'letters', audit: 'audit', sound: 'ok', invariants: 'invariants', held: 'all hold', seconds: 'seconds', ended: 'ended', prizes: 'prizes', promoted: 'promoted from the reserve list',
  },
}

/** The report as a table for a terminal. */
export function reportText({ programmes, audit, invariants, seconds }: DemoReport, lang: Lang): string {
  const words = WORDS[lang]
  const columns: [string, (one: ProgrammeFigures) => string | number][] = [
    [words.programme, ({ title }) => title[lang]], [words.applied, ({ applied }) => applied], [words.screened, ({ screened }) => screened], [words.judged, ({ judged }) => judged],
    [words.adopted, ({ adopted }) => adopted], [words.won, ({ won }) => (won === 0 ? '' : won)],
    [words.inForce, ({ inForce, inForceAtStart }) => (inForce + inForceAtStart === 0 ? '' : `${grouped(inForceAtStart)}→${grouped(inForce)}`)],
    [words.returns, ({ returns }) => returns], [words.fired, ({ deadlines }) => deadlines.fired], [words.cancelled, ({ deadlines }) => deadlines.cancelled],
    [words.notices, ({ notices }) => notices], [words.documents, ({ documents }) => documents],
  ]
  const rows = [columns.map(([heading]) => heading), ...programmes.map((one) => columns.map(([, cell]) => shown(cell(one))))]
  const more = programmes.flatMap((one) => remarks(one, words))
  const verdict = audit === 'ok' ? words.sound : `${audit.fault.caseId} ${audit.fault.seq ?? ''} ${audit.fault.reason}`
  return [
    ...table(rows), ...(more.length > 0 ? ['', ...more] : []), '',
    `${words.audit}: ${verdict}`, `${words.invariants}: ${invariants.length === 0 ? words.held : invariants.map(({ invariant, subject }) => `${invariant}: ${subject}`).join('; ')}`,
    `${seconds.toFixed(1)} ${words.seconds}`, '',
  ].join('\n')
}

function remarks(one: ProgrammeFigures, words: Words): string[] {
  const listed = (counts: Record<string, number>): string => Object.entries(counts).map(([name, n]) => `${name} ${n}`).join(', ')
  const parts = [
    ...(Object.keys(one.prizes).length > 0 ? [`${words.prizes}: ${listed(one.prizes)}`] : []),
    ...(one.promoted > 0 ? [`${words.promoted}: ${one.promoted}`] : []),
    ...(Object.keys(one.ended).length > 0 ? [`${words.ended}: ${listed(one.ended)}`] : []),
  ]
  return parts.length > 0 ? [`${one.name}: ${parts.join('; ')}`] : []
}

const grouped = (n: number): string => n.toLocaleString('en-US')
const shown = (cell: string | number): string => (typeof cell === 'number' ? grouped(cell) : cell)

/** Columns to one width; the first to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))))
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => { const gap = ' '.repeat((widths[column] ?? 0) - width(cell)); return column === 0 ? cell + gap : gap + cell }).join('  ').trimEnd()
  const [head = [], ...body] = rows
  return [line(head), widths.map((n) => '─'.repeat(n)).join('  '), ...body.map(line)]
}

/** A terminal gives Japanese characters two columns. */
function width(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character) ? 2 : 1), 0)
}
