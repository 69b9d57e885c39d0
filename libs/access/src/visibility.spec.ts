import { CAPACITIES, capacityOf, fieldsSeen, hides, PARTS, restrictedFields, shownAnswers, visibleParts, type Capacity, type Part, type RoleBook, type Situation } from './index.js'

const book: RoleBook = {
  roles: { applicant: {}, secretariat: {}, sectionHead: {}, finance: { sees: ['bankAccount'] }, taxOffice: { sees: ['taxCheck', 'bankAccount'] }, surveyor: {} },
  approvals: { grant: { tiers: [{ steps: ['sectionHead'] }] } },
}
const standing: Situation = { kind: 'application', embargoed: false, preparing: false, announced: true }
const seen = (capacity: Capacity, situation: Partial<Situation> = {}): Part[] => [...visibleParts([capacity], { ...standing, ...situation })]

describe('the capacity of a role', () => {
  it('follows from what the programme makes of it', () => {
    expect(['secretariat', 'sectionHead', 'finance', 'taxOffice', 'surveyor', 'auditor', 'reviewer'].map((role) => capacityOf(role, book))).toEqual(['secretariat', 'approver', 'finance', 'officer', 'officer', 'auditor', 'reviewer'])
  })

  it('is none for a role that the programme does not know, and for one of the applicant’s side', () => {
    expect(['sorcerer', 'applicant', 'agent', 'editor', 'viewer', 'toString'].map((role) => capacityOf(role, book))).toEqual(Array(6).fill(undefined))
    expect([capacityOf('sectionHead', undefined), capacityOf('secretariat', undefined)]).toEqual([undefined, 'secretariat'])
  })
})

describe('the parts of a case', () => {
  it('never show an applicant where the chart stands, who decides, or what comes of it', () => {
    for (const capacity of ['owner', 'agent', 'editor', 'viewer'] as const)
      for (const embargoed of [false, true])
        for (const part of ['states', 'attributes', 'approvals', 'allDeadlines', 'fullHistory', 'decision', 'officeNotes'] as const) expect([capacity, part, seen(capacity, { embargoed }).includes(part)]).toEqual([capacity, part, false])
  })

  it('are the same to an applicant and to the public before and after a hidden decision', () => {
    for (const capacity of ['owner', 'agent', 'editor', 'viewer', 'public'] as const) for (const kind of ['call', 'application'] as const) expect(seen(capacity, { kind, embargoed: true })).toEqual(seen(capacity, { kind, embargoed: false }))
  })

  it('never show the committee who applied', () => {
    for (const capacity of ['reviewer', 'chair'] as const) for (const embargoed of [false, true]) expect(seen(capacity, { embargoed })).toEqual(['status'])
  })

  it('of a draft are for its applicant and the secretariats alone', () => {
    expect(CAPACITIES.filter((capacity) => seen(capacity, { preparing: true }).length > 0)).toEqual(['owner', 'agent', 'editor', 'viewer', 'secretariat', 'jointSecretariat'])
  })

  it('keep an embargoed result from whoever has no part in it', () => {
    for (const capacity of ['finance', 'officer'] as const) expect(seen(capacity, { embargoed: true }).filter((part) => ['states', 'attributes', 'approvals', 'decision', 'fullHistory', 'allDeadlines'].includes(part))).toEqual([])
    expect(seen('finance')).toContain('states')
    for (const capacity of ['secretariat', 'approver', 'auditor'] as const) expect(seen(capacity, { embargoed: true })).toEqual(PARTS.filter((part) => part !== 'restrictedAnswers'))
  })

  it('keep approvals from the staff of another body', () => {
    expect([seen('jointSecretariat').includes('approvals'), seen('secretariat').includes('approvals')]).toEqual([false, true])
  })

  it('of a case are none to the public and to who runs the service; those of a call once it is announced', () => {
    expect([seen('public'), seen('administrator'), seen('public', { kind: 'call', announced: false }), seen('public', { kind: 'call' })]).toEqual([[], [], [], ['status', 'title']])
  })

  it('add up where a person is several things', () => {
    expect(visibleParts(['reviewer', 'owner'], standing)).toEqual(new Set(seen('owner')))
    expect(visibleParts([], standing)).toEqual(new Set())
  })
})

describe('fields that only some see', () => {
  it('are those that some role sees, and are left out for everyone else with their totals', () => {
    const restricted = restrictedFields(book)
    expect([...restricted]).toEqual(['bankAccount', 'taxCheck'])
    const answers = { cost: 1, bankAccount: [{}], bankAccountTotal: 5, bankAccounts: 'other', taxCheck: true }
    expect(shownAnswers(answers, restricted, fieldsSeen(['secretariat'], book))).toEqual({ cost: 1, bankAccounts: 'other' })
    expect(shownAnswers(answers, restricted, fieldsSeen(['finance'], book))).toEqual({ cost: 1, bankAccount: [{}], bankAccountTotal: 5, bankAccounts: 'other' })
    expect(shownAnswers(answers, restricted, 'all')).toEqual(answers)
    expect([hides('bankAccount', restricted, new Set()), hides('bankAccount', restricted, 'all')]).toEqual([true, false])
  })
})
