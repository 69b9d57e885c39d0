import { ACTIONS, CAPACITIES, capacitiesFor, mayDo } from './index.js'

describe('what may be done with a case', () => {
  it('is for whom the rule names, and everyone else is told why not in both languages', () => {
    for (const action of ACTIONS)
      for (const capacity of CAPACITIES) {
        const answer = mayDo([capacity], action)
        expect([action, capacity, answer.ok]).toEqual([action, capacity, capacitiesFor(action).includes(capacity)])
        if (!answer.ok) expect([/[ぁ-んァ-ン一-龠]/.test(answer.reason.ja), /^[A-Z][ -~]+$/.test(answer.reason.en)]).toEqual([true, true])
      }
  })

  it('lets an editor write, and only the applicant and an agent act', () => {
    expect(['owner', 'agent', 'editor', 'viewer'].map((one) => [mayDo([one as 'owner'], 'writeForm').ok, mayDo([one as 'owner'], 'sendEvent').ok])).toEqual([[true, true], [true, true], [true, false], [false, false]])
  })

  it('is nothing for nobody', () => {
    for (const action of ACTIONS) expect([mayDo([], action).ok, mayDo(['public'], action).ok]).toEqual([false, false])
  })

  it('never lets who runs the service act in a case', () => {
    expect(ACTIONS.filter((action) => mayDo(['administrator'], action).ok)).toEqual(['administer'])
  })

  it('holds as soon as one of several capacities allows it', () => {
    expect(mayDo(['viewer', 'secretariat'], 'extendForOne')).toEqual({ ok: true })
  })
})
