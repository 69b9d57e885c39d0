import { Environment } from '@marcbachmann/cel-js'
import { breakProgramme, tidyProgramme, type Edit } from '@saitaku/testkit'
import { parse } from 'yaml'
import { createActor, createMachine, initialTransition, transition, type AnyStateMachine } from 'xstate'
import { checkProgramme } from '../index.js'

/** A machine from plain data, as a programme would give it. */
const machine = (config: object, implementations: object = {}): AnyStateMachine => createMachine(config as never, implementations as never)
const codes = (...edits: Edit[]): string[] => checkProgramme(breakProgramme(tidyProgramme, edits).files).problems.map((one) => one.code)

/** What the libraries let pass, and the checker therefore must not. A new version that no longer does it fails here. */
describe('what passes in silence without the checker', () => {
  it('an unknown action: XState moves on as if it had been done', () => {
    const typo = machine({ initial: 'a', states: { a: { on: { go: { target: 'b', actions: 'notfy' } } }, b: {} } })
    const [next, actions] = transition(typo, initialTransition(typo)[0] as never, { type: 'go' })
    expect([(next as { value: unknown }).value, actions.map((action) => action.type)]).toEqual(['b', ['notfy']])
    expect(codes(['{ assignNumber: receiptNo }, ', '{ assignNumbr: receiptNo }, '])).toEqual(['unknown-action'])
  })

  it('an unresolved delay: XState fires it at once', async () => {
    const actor = createActor(machine({ initial: 'a', states: { a: { after: { closng: 'b' } }, b: {} } })).start()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((actor.getSnapshot() as { value: unknown }).value).toBe('b')
    expect(codes(['after: { closing: screening }', 'after: { closing: screening, closng: screening }'])).toEqual(['unknown-deadline'])
  })

  it('a cycle of always: XState follows it without end', () => {
    let asked = 0
    const counts = { guards: { holds: () => { if (++asked > 10_000) throw new Error('still asking'); return true } } }
    const cycle = machine({ initial: 'a', states: { a: { always: { target: 'b', guard: 'holds' } }, b: { always: { target: 'a', guard: 'holds' } } } }, counts)
    expect([String((initialTransition(cycle)[0] as { error?: unknown }).error), asked > 10_000]).toEqual(['Error: still asking', true])
    expect(codes(['            label: { ja: 受付済み, en: Received }\n', '            always: [{ target: sorting, guard: { if: case.returns > 2 } }]\n            label: { ja: 受付済み, en: Received }\n'])).toEqual(['always-cycle', 'always-cycle'])
  })

  it('an id that two states have: XState keeps the last', () => {
    const twins = machine({ initial: 'a', states: { a: { on: { go: '#twin' } }, b: { id: 'twin' }, c: { id: 'twin' } } })
    expect((transition(twins, initialTransition(twins)[0] as never, { type: 'go' })[0] as { value: unknown }).value).toBe('c')
    expect(codes(['        id: paused\n', '        id: grant\n'], ['target: "#paused"', 'target: "#grant"'])).toEqual(['duplicate-id'])
  })

  it('the key `on` in YAML 1.1 is true, so the programme is read as 1.2', () => {
    expect(parse('on: 1', { version: '1.1' })).toEqual({ true: 1 })
    expect(parse('on: 1', { version: '1.2' })).toEqual({ on: 1 })
    expect(checkProgramme({ ...tidyProgramme, 'programme.yaml': `%YAML 1.1\n---\n${tidyProgramme['programme.yaml']}` }).problems.map((one) => one.code)).toEqual(['yaml-version'])
  })

  it('a duration in days: CEL finds it well typed and throws when it runs', () => {
    const cel = new Environment().registerVariable('now', 'google.protobuf.Timestamp')
    expect(cel.check('now + duration("14d")').valid).toBe(true)
    expect(() => cel.evaluate('now + duration("14d")', { now: new Date(0) }) as unknown).toThrow()
    expect(codes(['if: case.returns > 2', 'if: call.closesAt + duration("14d") > now'])).toEqual(['bad-literal'])
  })
})
