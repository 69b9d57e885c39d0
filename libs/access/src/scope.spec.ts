import { compileScope, mandated, type CaseScope, type CompiledScope } from './index.js'

function compiled(scope: CaseScope, hidden: Parameters<typeof compileScope>[3] = []): CompiledScope & { values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const { own, titles, states, sees } = compileScope(scope, 'c', bind, hidden)
  return { sees, titles, states, own, values }
}
const OWN = `c.id IN (SELECT p.case_id FROM case_party p WHERE p.person_id = $1 AND p.role IN ('applicant', 'agent', 'editor', 'viewer') AND ${mandated('p')})`

describe('a scope as SQL', () => {
  it('is nothing for nobody', () => {
    expect(compiled({ personId: null, grants: [] })).toEqual({ sees: 'false', titles: 'false', states: 'false', own: 'false', values: [] })
  })

  it("is one's own cases for somebody without a role", () => {
    expect(compiled({ personId: 'p', grants: [] })).toEqual({ sees: OWN, titles: OWN, states: 'false', own: OWN, values: ['p'] })
  })

  it('is everything for a secretariat of every programme', () => {
    expect(compiled({ personId: 'p', grants: [{ programme: '*', capacity: 'secretariat' }] })).toMatchObject({ sees: 'true', titles: 'true', states: 'true' })
  })

  it('leaves drafts out for who is not concerned with them, and embargoed states for who learns of them with the public', () => {
    const { sees, states, values } = compiled({ personId: null, grants: [{ programme: 'grant', capacity: 'finance' }] })
    expect(sees).toBe(`(c.programme = ANY ($1) AND c.phase IS DISTINCT FROM 'preparing')`)
    expect(states).toBe(`((c.programme = ANY ($1) AND c.phase IS DISTINCT FROM 'preparing') AND NOT ('embargoed' = ANY (c.tags)))`)
    expect(values).toEqual([['grant']])
  })

  it('gives the committee no titles and no states, and hides what they are recused from', () => {
    const { sees, titles, states } = compiled({ personId: 'p', grants: [{ programme: '*', capacity: 'reviewer' }] }, [(alias, person) => `recused(${alias}.id, ${person})`])
    expect([titles, states]).toEqual([OWN, 'false'])
    expect(sees).toBe(`(${OWN} OR (c.phase IS DISTINCT FROM 'preparing' AND NOT (recused(c.id, $1))))`)
  })

  it('binds a value once, and none that no condition uses', () => {
    const values: unknown[] = []
    const scope = compileScope({ personId: 'p', grants: [{ programme: 'grant', capacity: 'finance' }] }, 'c', (value) => `$${values.push(value)}`)
    expect(values).toEqual([])
    expect([scope.own, scope.own, values]).toEqual([OWN, OWN, ['p']])
    expect(scope.states).toContain('$2')
    expect([scope.sees.includes('$2'), values]).toEqual([true, ['p', ['grant']]])
  })

  it('binds nothing for whom everything is open anyway', () => {
    for (const grants of [[{ programme: '*', capacity: 'secretariat' }, { programme: 'grant', capacity: 'finance' }], [{ programme: '*', capacity: 'auditor' }, { programme: '*', capacity: 'secretariat' }]] as const)
      for (const part of ['sees', 'titles', 'states'] as const) {
        const values: unknown[] = []
        const condition = compileScope({ personId: 'p', grants }, 'c', (value) => `$${values.push(value)}`)[part]
        expect([condition, values]).toEqual(['true', []])
      }
  })

  it('opens no case to who runs the service', () => {
    expect(compiled({ personId: null, grants: [{ programme: '*', capacity: 'administrator' }] })).toMatchObject({ sees: 'false', titles: 'false', states: 'false' })
  })

  it('refuses a programme that none can be called', () => {
    for (const programme of ['', "x' OR true", 'A', '* ']) expect(() => compiled({ personId: null, grants: [{ programme, capacity: 'secretariat' }] })).toThrow('no name that a programme can have')
  })
})
