import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { client, ok, type Schemas } from '../api/client.js'
import { isProblem } from '../api/problem.js'
import { queries } from '../api/queries.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { Dialog } from '../ui/dialog.js'
import { Field, TextArea, TextInput } from '../ui/field.js'
import { Icon } from '../ui/icons.js'
import { SaveState } from '../ui/save-state.js'
import { Banner } from '../ui/status.js'
import { decimal } from './queue-page.js'
import { useReviewTexts } from './texts.js'
import { useSheet, type SheetPlace as Place } from './use-sheet.js'

type Criterion = Schemas['Review']['rubric']['criteria'][number]
const KEYS_OFF = 'saitaku.keys-off'
/** The document stands beside the scores; on phones it comes first. */
const BESIDE = '(width >= 64rem)'

/** Weighted points of a criterion, and the most there are. */
const pointsOf = (criterion: Criterion, value: string | undefined): number | undefined => {
  if (value === undefined || value === '') return undefined
  const level = criterion.levels?.find((each) => each.level === value)
  return Number(level ? level.points : value) * Number(criterion.weight)
}
const mostOf = (criterion: Criterion): number => Number(criterion.weight) * (criterion.levels ? Math.max(...criterion.levels.map(({ points }) => Number(points))) : Number(criterion.maxPoints ?? 0))
const focusCriterion = (id: string | undefined): void => {
  const row = id === undefined ? null : document.getElementById(`criterion-${id}`)
  const control = row?.querySelector<HTMLElement>('input:checked') ?? row?.querySelector<HTMLElement>('input')
  control?.focus()
  row?.scrollIntoView({ block: 'nearest' })
}

/** Scores by criterion: digits give a score and go on, Ctrl+Enter hands in and goes to the next application. */
export function ScoreForm({ place, review, onDone }: { place: Place; review: Schemas['Review']; onDone: () => Promise<void> }) {
  const say = useReviewTexts(), label = useLabel(), lang = useLanguage()
  const { sheet, change, flush, saving, problem, retry, version } = useSheet(place, review)
  const [active, setActive] = useState<string>(), [help, setHelp] = useState(false), [keysOff, setKeysOff] = useState(() => localStorage.getItem(KEYS_OFF) !== null)
  const { criteria } = review.rubric
  const scored = criteria.filter(({ id }) => sheet.points[id] !== undefined && sheet.points[id] !== '')
  const total = criteria.reduce((sum, criterion) => sum + (pointsOf(criterion, sheet.points[criterion.id]) ?? 0), 0), most = criteria.reduce((sum, criterion) => sum + mostOf(criterion), 0)
  const unscored = criteria.filter((criterion) => !scored.includes(criterion)), readOnly = review.scoring !== 'open' || review.sheet?.state === 'submitted' || review.sheet?.state === 'sealed'
  const path = { id: place.call, stage: place.stage, application: place.application }
  const submit = useMutation({ mutationFn: () => ok(client.POST('/api/v1/calls/{id}/reviews/{stage}/{application}/submit', { params: { path, header: { 'If-Match': `"${version()}"` } }, body: { rubric: review.rubric.hash } })) })

  const finish = async () => {
    if (readOnly) return onDone()
    if (!await flush()) return
    if (unscored.length === 0) {
      await submit.mutateAsync()
      await queries.invalidateQueries({ queryKey: ['review', place.call, place.stage, place.application] })
    }
    await onDone()
  }
  const finishing = useRef(finish)
  useEffect(() => { finishing.current = finish })
  useEffect(() => { if (!readOnly && matchMedia(BESIDE).matches) focusCriterion(criteria.find(({ id }) => sheet.points[id] === undefined)?.id ?? criteria[0]?.id) }, [place.application]) // on opening: the first that is not scored
  useEffect(() => {
    const keys = (event: globalThis.KeyboardEvent) => {
      if (event.isComposing || keysOff) return
      const typing = event.target instanceof HTMLTextAreaElement || (event.target instanceof HTMLInputElement && event.target.type === 'text')
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void finishing.current().catch(() => undefined) }
      else if (event.key === '?' && !typing) { event.preventDefault(); setHelp(true) }
    }
    addEventListener('keydown', keys, true)
    return () => removeEventListener('keydown', keys, true)
  }, [keysOff])

  const give = (criterion: Criterion, value: string) => change({ ...sheet, points: { ...sheet.points, [criterion.id]: value } })
  const digit = (event: KeyboardEvent, criterion: Criterion) => {
    if (keysOff || readOnly || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLTextAreaElement) return
    const level = criterion.levels?.find((each) => each.level === event.key.normalize('NFKC'))
    if (!level) return
    event.preventDefault()
    give(criterion, level.level)
    focusCriterion(criteria[criteria.indexOf(criterion) + 1]?.id ?? criterion.id)
  }
  const refusal = submit.error && isProblem(submit.error) ? submit.error : problem
  return (
    <>
      <form className="rv-sc flex flex-col" aria-label={say('scores')} onSubmit={(event) => event.preventDefault()}>
        <div className="flex items-center justify-between border-b border-(--rule) px-5 py-2"><h2 className="h-pan">{say('scores')}</h2><SaveState state={saving} retry={retry} /></div>
        {refusal && <div className="p-4"><Banner tone="bad" title={refusal.status === 412 ? say('conflictElsewhere') : say('notSubmitted')} live level={3}>
          <p>{refusal.body?.reason?.[lang] ?? refusal.message}</p>{refusal.body?.errors.map(({ pointer, detail, message }) => <p key={pointer}>{message?.[lang] ?? detail}</p>)}
          {refusal.status === 412 && <Button size="small" onClick={() => location.reload()}>{say('reload')}</Button>}
        </Banner></div>}
        {review.scoring !== 'open' && <div className="p-4"><Banner tone="info" title={say(review.scoring)} level={3} /></div>}
        <div className="flex-1">
          {criteria.map((criterion) => (
            <CriterionRow key={criterion.id} criterion={criterion} value={sheet.points[criterion.id]} comment={sheet.comments[criterion.id] ?? ''} active={active === criterion.id} readOnly={readOnly}
              onActive={() => setActive(criterion.id)} onDigit={(event) => digit(event, criterion)} onGive={(value) => give(criterion, value)} onComment={(comment) => change({ ...sheet, comments: { ...sheet.comments, [criterion.id]: comment } })} />
          ))}
          <div className="p-5">{readOnly ? sheet.note !== '' && <><h3 className="font-bold">{say('note')}</h3><p className="whitespace-pre-wrap">{sheet.note}</p></>
            : <Field label={say('note')} required={false}>{(control) => <TextArea {...control} rows={2} value={sheet.note} onChange={({ target }) => change({ ...sheet, note: target.value })} />}</Field>}</div>
          {review.others && <Others others={review.others} />}
        </div>
        <div className="rv-f flex flex-wrap items-center justify-between gap-3">
          <p><span role="status"><b className="text-std-28B-150">{Number.isInteger(total) ? total : total.toFixed(2)}</b> {say('ofPoints', { points: most })}</span>
            <span className="t12 block">{unscored.length === 0 ? say('allScored') : <button type="button" className="link" onClick={() => focusCriterion(unscored[0]?.id)}>{say('unscoredCount', { count: unscored.length })}</button>}</span></p>
          {readOnly ? <Reopen place={place} review={review} onDone={onDone} /> : <Button rank="main" arrow busy={submit.isPending} onClick={() => void finish().catch(() => undefined)}>{say(unscored.length === 0 ? 'submitNext' : 'saveNext')}</Button>}
        </div>
      </form>
      <div className="keys col-span-full">
        <Icon name="keyboard" />
        {!keysOff && <><span><kbd className="kbd">1</kbd>〜<kbd className="kbd">5</kbd> {say('keysGive')}</span><span><kbd className="kbd">Tab</kbd> {say('keysNext')}</span><span><kbd className="kbd">Ctrl</kbd>+<kbd className="kbd">Enter</kbd> {say('keysSave')}</span><button type="button" className="link" onClick={() => setHelp(true)}><kbd className="kbd">?</kbd> {say('keysHelp')}</button></>}
        <button type="button" className="link ml-auto" onClick={() => { if (keysOff) localStorage.removeItem(KEYS_OFF); else localStorage.setItem(KEYS_OFF, '1'); setKeysOff(!keysOff) }}>{say(keysOff ? 'keysOn' : 'keysOff')}</button>
      </div>
      <Dialog open={help} title={say('keysTitle')} onClose={() => setHelp(false)} actions={<Button onClick={() => setHelp(false)}>{say('close')}</Button>}>
        <dl className="dl"><dt><kbd className="kbd">1</kbd>–<kbd className="kbd">9</kbd></dt><dd>{say('keysGiveLong')}</dd><dt><kbd className="kbd">Ctrl</kbd>+<kbd className="kbd">Enter</kbd></dt><dd>{say('keysSaveLong')}</dd><dt><kbd className="kbd">?</kbd></dt><dd>{say('keysHelpLong')}</dd></dl>
        <p className="sr-only">{label(review.stage.label)}</p>
      </Dialog>
    </>
  )
}

interface RowProps { criterion: Criterion; value: string | undefined; comment: string; active: boolean; readOnly: boolean; onActive: () => void; onDigit: (event: KeyboardEvent) => void; onGive: (value: string) => void; onComment: (comment: string) => void }

/** One criterion: native radios, one tab stop; help and comment unfold while it is in work. */
function CriterionRow({ criterion, value, comment, active, readOnly, onActive, onDigit, onGive, onComment }: RowProps) {
  const say = useReviewTexts(), label = useLabel(), id = `criterion-${criterion.id}`, points = pointsOf(criterion, value)
  const name = label(criterion.label)
  return (
    <div className={`cr${active && !readOnly ? ' act' : ''}`} id={id} onFocus={onActive} onKeyDown={onDigit}>
      <div className="cr-c">
        <div><h3 id={`${id}-name`}>{name}</h3><span className="meta">{say('weight', { weight: criterion.weight })}</span></div>
        {readOnly ? <b className="text-center">{value ?? '–'}</b> : criterion.levels
          ? <div className="seg" role="radiogroup" aria-labelledby={`${id}-name`}>{criterion.levels.map(({ level }) => <label key={level}><input type="radio" name={id} value={level} checked={value === level} onChange={() => onGive(level)} /><span>{level}</span></label>)}</div>
          : <TextInput aria-labelledby={`${id}-name`} inputMode="decimal" right width={4} value={value ?? ''} onChange={({ target }) => onGive(target.value.normalize('NFKC'))} />}
        <span className="pt">{points === undefined ? say('unscored') : <><b>{points}</b> {say('ofPoints', { points: mostOf(criterion) })}</>}</span>
      </div>
      {criterion.help && active && <p className="t12 muted mt-1">{label(criterion.help)}</p>}
      {(active || comment !== '') && (readOnly ? comment !== '' && <p className="t12 mt-2 whitespace-pre-wrap">{comment}</p>
        : <div className="mt-3"><Field label={<span className="t12">{say('comment', { criterion: name })}</span>} required={criterion.comment !== null && points !== undefined && needsComment(criterion, value)}>{(control) => <TextArea {...control} rows={2} value={comment} onChange={({ target }) => onComment(target.value)} />}</Field></div>)}
    </div>
  )
}

function needsComment(criterion: Criterion, value: string | undefined): boolean {
  const points = Number(criterion.levels?.find(({ level }) => level === value)?.points ?? value), { below = null, above = null } = criterion.comment ?? {}
  return (below !== null && points < Number(below)) || (above !== null && points > Number(above))
}

function Others({ others }: { others: NonNullable<Schemas['Review']['others']> }) {
  const say = useReviewTexts()
  if (others.length === 0) return null
  return (
    <section className="p-5" aria-labelledby="others"><h3 className="h-pan" id="others">{say('others')}</h3>
      <ul className="mt-2 border-t border-(--rule)">{others.map(({ reviewerId, name, total, note }) => <li key={reviewerId} className="border-b border-(--rule) py-2"><span className="flex justify-between gap-4"><span>{name}</span><b>{total === null ? '–' : decimal(total)}</b></span>{note !== '' && <span className="meta block whitespace-pre-wrap">{note}</span>}</li>)}</ul>
    </section>
  )
}

function Reopen({ place, review, onDone }: { place: Place; review: Schemas['Review']; onDone: () => Promise<void> }) {
  const say = useReviewTexts(), [open, setOpen] = useState(false), [reason, setReason] = useState(''), [missing, setMissing] = useState(false)
  const reopen = useMutation({
    mutationFn: () => ok(client.POST('/api/v1/calls/{id}/reviews/{stage}/{application}/reopen', { params: { path: { id: place.call, stage: place.stage, application: place.application } }, body: { reason: reason.trim() } })),
    onSuccess: () => location.reload(),
  })
  const send = () => { setMissing(reason.trim() === ''); if (reason.trim() !== '') reopen.mutate() }
  return <>
    <span className="flex flex-wrap gap-3">{review.scoring === 'open' && <Button onClick={() => setOpen(true)}>{say('reopen')}</Button>}<Button rank="main" arrow onClick={() => void onDone()}>{say('nextUnscored')}</Button></span>
    <Dialog open={open} title={say('reopen')} onClose={() => setOpen(false)} actions={<><Button rank="main" busy={reopen.isPending} onClick={send}>{say('reopen')}</Button><Button onClick={() => setOpen(false)}>{say('cancel')}</Button></>}>
      <p>{say('reopenLead')}</p>
      <Field label={say('reason')} required error={missing ? say('reasonMissing') : undefined}>{(control) => <TextArea {...control} rows={3} value={reason} onChange={({ target }) => setReason(target.value)} />}</Field>
    </Dialog>
  </>
}
