import Fraction from 'fraction.js'
import { duplicateIds, fileError, fileWarning, schemaProblems, type FileProblem } from '@saitaku/forms'
import { fall } from './falling-rates.js'
import { rubricFile, type Criterion, type Exact, type Reason, type Stage, type Threshold } from './rubric.js'

type Path = (string | number)[]

/**
 * Checks a rubric.yaml as it was parsed: its schema, ids that stand twice, thresholds and ties that name no
 * criterion of their stage, ties that are never reached, and figures that contradict each other. Anything may be given;
 * nothing makes it throw.
 *
 * @example
 * checkRubric({ stages: [] })[0]?.path // → ['stages']
 */
export function checkRubric(file: unknown): FileProblem[] {
  const parsed = rubricFile.safeParse(file)
  if (!parsed.success) return schemaProblems(parsed.error)
  const { stages } = parsed.data
  return [...duplicateIds(stages, 'stage', (index) => ['stages', index]), ...stages.flatMap((stage, index) => checkStage(stage, ['stages', index]))]
}

function checkStage(stage: Stage, path: Path): FileProblem[] {
  return [
    ...duplicateIds(stage.criteria, 'criterion', (index) => [...path, 'criteria', index]),
    ...stage.criteria.flatMap((criterion, index) => checkCriterion(criterion, [...path, 'criteria', index])),
    ...checkReviewers(stage, path),
    ...stage.thresholds.flatMap((threshold, index) => checkThreshold(stage, threshold, [...path, 'thresholds', index])),
    ...checkTies(stage, path),
    ...checkRankOn(stage, path),
    ...checkAllocation(stage, path),
    ...checkDecision(stage, path),
  ]
}

function checkCriterion(criterion: Criterion, path: Path): FileProblem[] {
  const { maxPoints, weight, levels } = criterion
  const problems: FileProblem[] = []
  if (Number(weight) <= 0) problems.push(fileError([...path, 'weight'], 'weight', 'a weight is above 0; points may be negative instead'))
  if (maxPoints !== undefined && Number(maxPoints) <= 0) problems.push(fileError([...path, 'maxPoints'], 'maxPoints', '`maxPoints` is above 0'))
  problems.push(...checkStep(criterion, path), ...checkKnockOut(criterion, path))
  if (levels === undefined) return problems
  const points = Object.entries(levels)
  if (points.length < 2) problems.push(fileError([...path, 'levels'], 'levels', 'a scale has at least two levels'))
  const above = points.filter(([, value]) => maxPoints !== undefined && Number(value) > Number(maxPoints))
  return [...problems, ...above.map(([level, value]) => fileError([...path, 'levels', level], 'levels', `level "${level}" gives ${value} points, more than \`maxPoints\` ${String(maxPoints)}`))]
}

function checkStep({ levels, maxPoints, step }: Criterion, path: Path): FileProblem[] {
  if (step === undefined) return []
  if (Number(step) <= 0) return [fileError([...path, 'step'], 'step', '`step` is above 0')]
  if (levels !== undefined) return [fileWarning([...path, 'step'], 'unusedStep', 'the levels say which points there are; `step` does nothing')]
  return fraction(maxPoints ?? 0).div(fraction(step)).d === 1n ? [] : [fileError([...path, 'step'], 'step', `\`maxPoints\` ${String(maxPoints)} is not a multiple of \`step\` ${step}, so that nobody could give it`)]
}

function checkKnockOut(criterion: Criterion, path: Path): FileProblem[] {
  return criterion.knockOut === undefined ? [] : reachable(criterion.knockOut, [{ ...criterion, weight: 1 }], [...path, 'knockOut'])
}

/** Where an application has too few scores, the trimmed mean is the plain mean: right, but hardly what was meant. */
const TRIMMED_MEAN_NEEDS = 5

function checkReviewers({ reviewers, method }: Stage, path: Path): FileProblem[] {
  if (method !== 'trimmedMean' || reviewers.min >= TRIMMED_MEAN_NEEDS) return []
  return [fileWarning([...path, 'method'], 'trimmedMean', `trimmedMean drops nothing below ${TRIMMED_MEAN_NEEDS} scores, and \`reviewers.min\` is ${reviewers.min}`)]
}

function checkThreshold(stage: Stage, threshold: Threshold, path: Path): FileProblem[] {
  if (threshold.scope === 'criterion') {
    const criterion = stage.criteria.find((c) => c.id === threshold.criterion)
    if (criterion === undefined) return [unknownCriterion(stage, threshold.criterion, [...path, 'criterion'])]
    return reachable(threshold, [criterion], path)
  }
  // Under `sum` a total grows with the number of reviewers, so its range is not known here.
  return threshold.scope === 'total' && stage.method === 'sum' ? [] : reachable(threshold, stage.criteria, path)
}

function reachable(threshold: Pick<Threshold, 'op' | 'value'>, criteria: Criterion[], path: Path): FileProblem[] {
  const value = fraction(threshold.value)
  const least = total(criteria, (points) => points.reduce((a, b) => (a.lte(b) ? a : b)))
  const most = total(criteria, (points) => points.reduce((a, b) => (a.gte(b) ? a : b)))
  const rejectsAll = threshold.op === '<' ? value.gt(most) : value.gte(most)
  const rejectsNone = threshold.op === '<' ? value.lte(least) : value.lt(least)
  if (rejectsAll) return [fileError([...path, 'value'], 'thresholdRejectsAll', `no score can pass: the most is ${most.toString()}`)]
  return rejectsNone ? [fileWarning([...path, 'value'], 'thresholdRejectsNone', `every score passes: the least is ${least.toString()}`)] : []
}

function total(criteria: Criterion[], pick: (points: Fraction[]) => Fraction): Fraction {
  return criteria.reduce((sum, criterion) => sum.add(pick(pointsOf(criterion)).mul(fraction(criterion.weight))), new Fraction(0))
}

/** All the points that a criterion gives, or the ends of its range. */
function pointsOf({ levels, maxPoints }: Criterion): Fraction[] {
  const points = Object.values(levels ?? {})
  return (points.length > 0 ? points : [0, maxPoints ?? 0]).map(fraction)
}

/** By way of the decimal text, which is exact; the binary double of 0.1 is not 1/10. */
function fraction(value: Exact): Fraction {
  return new Fraction(String(value))
}

function checkTies(stage: Stage, path: Path): FileProblem[] {
  const seen = new Set<string>()
  return stage.ties.flatMap((tie, index) => {
    const at = [...path, 'ties', index]
    const name = tie.rule === 'criterion' ? `criterion ${tie.criterion}` : tie.rule
    if (tie.rule === 'criterion' && stage.criteria.every((c) => c.id !== tie.criterion)) return [unknownCriterion(stage, tie.criterion, [...at, 'criterion'])]
    if (seen.has(name)) return [fileError([...at, 'rule'], 'repeatedTie', `"${name}" stands here a second time and could decide nothing`)]
    seen.add(name)
    if (tie.rule === 'lot' && index < stage.ties.length - 1) return [fileError([...at, 'rule'], 'lotNotLast', 'a lot decides every tie; what comes after it is never reached')]
    return []
  })
}

/** Ranks and z-scores have no display value that rounding could make equal in a sense an office would defend. */
const RANKED_ON_TOTALS: readonly Stage['method'][] = ['sum', 'mean', 'trimmedMean']

function checkRankOn({ rankOn, method }: Stage, path: Path): FileProblem[] {
  if (rankOn === 'unrounded' || RANKED_ON_TOTALS.includes(method)) return []
  return [fileWarning([...path, 'rankOn'], 'rankOn', `rounding before ranking makes ties of unequal applications under ${method}`)]
}

function checkAllocation({ allocation }: Stage, path: Path): FileProblem[] {
  if (allocation === undefined) return []
  const { policy, minimum, rates = [] } = allocation
  const at = [...path, 'allocation']
  const unused = minimum !== undefined && policy !== 'reduce'
  return [
    ...(unused ? [fileWarning([...at, 'minimum'], 'unusedMinimum', `only the policy reduce offers less than was requested; ${policy} ignores \`minimum\``)] : []),
    ...(rates.length > 0 && policy === 'optimise' ? [fileError([...at, 'rates'], 'rates', 'optimise does not combine with rates that depend on how many are adopted')] : []),
    ...(fall(rates) ? [] : [fileError([...at, 'rates'], 'rates', 'rates stand by rising `upTo`; rate and cap stay or fall, and only the last may leave `upTo` out')]),
  ]
}

function checkDecision({ decision, allocation }: Stage, path: Path): FileProblem[] {
  if (decision === undefined) return []
  const at = [...path, 'decision']
  const deciders = [allocation && 'allocation', decision.places !== undefined && 'decision.places', decision.prizes && 'decision.prizes'].filter((name) => typeof name === 'string')
  const { reasons, prizes = [] } = decision
  return [
    ...(deciders.length === 1 ? [] : [fileError(at, 'decidedBy', `one of allocation, decision.places and decision.prizes says who is adopted; here stand ${deciders.join(' and ') || 'none'}`)]),
    ...duplicateIds(reasons, 'reason', (index) => [...at, 'reasons', index]),
    ...duplicateIds(prizes, 'prize', (index) => [...at, 'prizes', index]),
    ...reasons.flatMap((reason, index) => checkReason(reason, [...at, 'reasons', index])),
  ]
}

/** What each kind of reason fills in. */
const FILLED: Record<Reason['on'], readonly string[]> = { threshold: ['threshold'], rank: ['strongest', 'weakest'], choice: [] }

function checkReason({ on, text }: Reason, path: Path): FileProblem[] {
  return Object.entries(text).flatMap(([lang, sentence]) =>
    [...sentence.matchAll(/\{(\w*)\}/g)].filter(([, word]) => !FILLED[on].includes(word ?? '')).map(([found]) => fileError([...path, 'text', lang], 'placeholder', `a reason on ${on} fills in ${FILLED[on].map((word) => `{${word}}`).join(' and ') || 'nothing'}, not ${found}`)))
}

function unknownCriterion(stage: Stage, id: string, path: Path): FileProblem {
  return fileError(path, 'unknownCriterion', `stage "${stage.id}" has no criterion "${id}"; it has ${stage.criteria.map((c) => c.id).join(', ')}`)
}
