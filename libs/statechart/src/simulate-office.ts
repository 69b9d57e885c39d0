import type { CompiledProgramme } from './compile.js'
import type { ActingPerson } from './case-state.js'
import type { SimulatedCase } from './simulate-case.js'
import type { Chance } from './simulate-chance.js'
import type { Option } from './simulate-plan.js'

/** Several persons for each role, so that whoever drafted a decision need not be the one who approves it. */
const PERSONS = 4

/** Everybody who acts. A role that the given persons do not hold is held by invented ones. */
export class Office {
  private readonly byRole = new Map<string, ActingPerson[]>()

  constructor(
    private readonly programme: CompiledProgramme,
    given: readonly ActingPerson[],
    private readonly chance: Chance,
  ) {
    const longest = Math.max(0, ...Object.values(programme.definition.approvals).flatMap(({ tiers }) => tiers.map((tier) => tier.steps.length)))
    for (const role of this.roles()) {
      const holders = given.filter((person) => person.roles.includes(role))
      const invented = Array.from({ length: Math.max(PERSONS, longest + 1) }, (_, i) => ({ id: `${role}-${i + 1}`, roles: [role] }))
      this.byRole.set(role, holders.length > 0 ? holders : invented)
    }
  }

  /** Somebody who may send this event now; undefined where nobody may. */
  actorFor(one: SimulatedCase, option: Option): ActingPerson | undefined {
    const { source, trigger } = option.transition
    const step = this.nextStep(one, option)
    const wanted = step === undefined ? option.people : [step]
    const barred = new Set([
      ...(source.separateFrom ?? []).flatMap((event) => one.state.actors[event] ?? []),
      ...(step === undefined ? [] : (one.state.approvals[trigger] ?? []).flatMap(({ actor }) => actor ?? [])),
    ])
    const able = wanted.flatMap((role) => this.byRole.get(role) ?? []).filter((person) => person.id !== null && !barred.has(person.id))
    const person = this.chance.pick(able)
    if (!person || step === undefined || option.people.some((role) => person.roles.includes(role))) return person
    // an approver is known by the step of the chain that is theirs; the event itself asks for the common role
    return { id: person.id, roles: [...person.roles, option.people[0] as string] }
  }

  /** The role whose approval comes next, where the event needs a chain of them. */
  private nextStep(one: SimulatedCase, { transition }: Option): string | undefined {
    const chain = transition.source.approvals === undefined ? undefined : this.programme.definition.approvals[transition.source.approvals]
    if (!chain) return undefined
    const given = one.state.approvals[transition.trigger]?.length ?? 0
    return this.chance.pick(chain.tiers.flatMap((tier) => tier.steps[given] ?? []))
  }

  private roles(): Set<string> {
    const { roles, approvals } = this.programme.definition
    return new Set([...Object.keys(roles), ...Object.values(approvals).flatMap(({ tiers }) => tiers.flatMap((tier) => tier.steps))])
  }
}
