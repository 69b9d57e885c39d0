import { countBallot } from './ballots.js'
import type { Deliberation, Panelist } from './deliberation.js'
import type { StageNow } from './stage-reader.js'

/** The minutes as the acts of a deliberation give them: who was there, what was changed and why, how was voted. For a person to read over and confirm. */
export function minutesText(stage: StageNow, state: Deliberation, panel: readonly Panelist[], numbers: ReadonlyMap<string, string>): string {
  const name = (id: string | null): string => panel.find((one) => one.id === id)?.name ?? '事務局'
  const of = (application: string): string => numbers.get(application) ?? application
  const lines: string[] = []
  if (state.meeting) {
    lines.push(`${state.meeting.title}(${stage.rubric.label.ja})`)
    lines.push(`開会:${wallTime(state.meeting.openedAt)}${state.meeting.closedAt ? `、閉会:${wallTime(state.meeting.closedAt)}` : ''}`)
    lines.push(`出席:委員${panel.length}人のうち${state.present.length}人(${state.present.map(name).join('、') || 'なし'})`)
  }
  for (const { title, application, state: where, note } of state.agenda) {
    const left = application === null ? [] : panel.filter(({ recused }) => recused.includes(application)).map((one) => one.name)
    lines.push(`議題:${title}${where === 'waiting' ? '(未審議)' : ''}${left.length > 0 ? `。利害関係により${left.join('、')}は退室した` : ''}${note ? `。${note}` : ''}`)
  }
  for (const { application, to, reason } of state.rankChanges) lines.push(`順位の変更:${of(application)}を${to}位とした。理由:${reason}`)
  if (state.chairOrder.length > 0) lines.push(`同点は委員長の決するところにより、${state.chairOrder.map(of).join('、')}の順とした`)
  if (state.lotOrder.length > 0) lines.push(`同点はくじにより、${state.lotOrder.map(of).join('、')}の順とした`)
  for (const ballot of state.ballots) {
    if (ballot.open) continue
    const voters = panel.filter(({ recused }) => !ballot.about.some((application) => recused.includes(application))).map(({ id }) => id)
    const result = countBallot(ballot, voters, panel.find(({ role }) => role === 'chair')?.id ?? null)
    lines.push(`${ballot.circulatedUntil === null ? '採決' : '持ち回りの採決'}:${ballot.question}。${resultText(result, of)}`)
  }
  for (const [application, conditions] of state.conditions) if (conditions.length > 0) lines.push(`${of(application)}の条件:${conditions.join('、')}`)
  for (const { prize, application, reason } of state.given) lines.push(`${prizeName(stage, prize)}を${of(application)}に贈ることとした。理由:${reason}`)
  for (const { prize, reason } of state.withheld) lines.push(`${prizeName(stage, prize)}は該当なしとした。理由:${reason}`)
  return lines.join('\n')
}

function resultText({ majority, schulze, stv, single }: ReturnType<typeof countBallot>, of: (application: string) => string): string {
  if (majority) return `賛成${majority.for}、反対${majority.against}、棄権${majority.abstain}。${OUTCOMES[majority.outcome]}${majority.byCasting ? '(可否同数につき委員長が決した)' : ''}`
  if (schulze) return `順位:${schulze.ranking.map(({ option, rank }) => `${rank} ${of(option)}`).join('、')}`
  if (stv) return `選ばれたもの:${stv.elected.map(of).join('、')}${stv.undecided.length > 0 ? `。${stv.undecided.map(of).join('、')}は同数で決まらなかった` : ''}`
  return `得票:${(single ?? []).map(({ option, votes }) => `${of(option)} ${votes}`).join('、')}`
}

const OUTCOMES = { carried: '可決した', rejected: '否決した', draw: '可否同数', noQuorum: '定足数に達しなかった' }
const prizeName = ({ rubric }: StageNow, prize: string): string => rubric.decision?.prizes?.find(({ id }) => id === prize)?.label.ja ?? prize
const wallTime = (at: Date): string => at.toLocaleString('ja-JP', { timeZone: 'Asia/Tokyo', dateStyle: 'long', timeStyle: 'short' })
