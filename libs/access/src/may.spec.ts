import { may, type Rule } from './may.js'

describe('may', () => {
  const approve: Rule = { by: ['approver', 'deputy'], separateFrom: ['propose', 'inspect'] }

  it('admits any one of the roles that the rule names', () => {
    expect(may({ id: 'p1', roles: ['secretariat', 'deputy'] }, approve, {})).toEqual({ ok: true })
  })

  it('refuses who has none of the roles, and says which are needed', () => {
    expect(may({ id: 'p1', roles: ['secretariat'] }, approve, {})).toEqual({ ok: false, code: 'role', needs: ['approver', 'deputy'] })
  })

  it('refuses the person who did the event that must be done by somebody else', () => {
    const actors = { propose: 'p2', inspect: 'p1' }
    expect(may({ id: 'p1', roles: ['approver'] }, approve, actors)).toEqual({ ok: false, code: 'separation', conflictsWith: 'inspect' })
  })

  it('admits a person when others did those events, or when nobody has yet', () => {
    expect(may({ id: 'p1', roles: ['approver'] }, approve, { propose: 'p2', inspect: 'p3', submit: 'p1' })).toEqual({ ok: true })
    expect(may({ id: 'p1', roles: ['approver'] }, approve, {})).toEqual({ ok: true })
  })

  it('says nothing of who acted on the case to somebody without the role', () => {
    expect(may({ id: 'p1', roles: [] }, approve, { propose: 'p1' })).toEqual({ ok: false, code: 'role', needs: ['approver', 'deputy'] })
  })

  it('admits nobody where a rule names no role', () => {
    expect(may({ id: 'p1', roles: ['approver'] }, { by: [] }, {})).toEqual({ ok: false, code: 'role', needs: [] })
  })

  it('cannot tell a nameless actor from the earlier one, and refuses', () => {
    expect(may({ id: null, roles: ['approver'] }, approve, { propose: 'p2' })).toEqual({ ok: false, code: 'separation', conflictsWith: 'propose' })
    expect(may({ id: null, roles: ['approver'] }, approve, {})).toEqual({ ok: true })
  })

  it('does not take what every object inherits for an event', () => {
    expect(may({ id: null, roles: ['approver'] }, { by: ['approver'], separateFrom: ['toString'] }, {})).toEqual({ ok: true })
  })
})
