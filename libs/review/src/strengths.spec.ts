import { strengthsOf } from './strengths.js'

const criteria = [{ id: 'need', weight: 2, levels: { '1': 1, '2': 2, '3': 3, '4': 4, '5': 5 } }, { id: 'effect', weight: 1, maxPoints: 10, step: 1 }]
const sheet = (application: string, reviewer: string, need: string, effect: number): object => ({ application, reviewer, criteria: { need, effect } })
const input = { criteria, method: 'mean', applications: [{ id: 'A' }, { id: 'B' }, { id: 'C' }], reviewers: ['r', 's'], recusals: [{ reviewer: 's', application: 'C' }],
  scores: [sheet('A', 'r', '5', 8), sheet('A', 's', '5', 9), sheet('B', 'r', '2', 8), sheet('B', 's', '3', 8), sheet('C', 'r', '5', 3)] }

describe('The strengths of applications', () => {
  it('are what comes nearest to, and falls farthest behind, those that were adopted, by means over whoever scored', () => {
    expect(strengthsOf(input, ['A'])).toEqual({ ok: true, result: [{ application: 'A', strongest: 'need', weakest: 'need' }, { application: 'B', strongest: 'effect', weakest: 'need' }, { application: 'C', strongest: 'need', weakest: 'effect' }] })
  })
  it('say what is wrong with the input as score does', () => {
    expect(strengthsOf({ ...input, scores: [] }, [])).toMatchObject({ ok: false })
    expect(strengthsOf(null, [])).toMatchObject({ ok: false })
  })
})
