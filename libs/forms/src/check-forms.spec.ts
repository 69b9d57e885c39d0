import fc from 'fast-check'
import { checkForms } from './check-forms.js'
import { formsFile, type FormDefinition } from './definition.js'
import { formTypes } from './field-types.js'

type Entry = Record<string, unknown>
const label = { ja: '項目', en: 'Field' }
const field = (id: string, kind: string, more: Entry = {}): Entry => ({ id, kind, label, ...more })
const fileOf = (...fields: Entry[]): Entry => ({ forms: { report: { title: label, sections: [{ id: 'main', title: label, fields }] } } })
const PREFIX = 'forms.report.sections.0.fields.'
const found = (...fields: Entry[]): string[] => checkForms(fileOf(...fields)).map((p) => `${p.path.join('.').replace(PREFIX, '')} ${p.code}`)
const option = (id: string): Entry => ({ id, label })

describe('formTypes', () => {
  it('types each field, computed field and total for expressions', () => {
    const form = formsFile.parse(
      fileOf(
        field('name', 'text'), field('plan', 'longText'), field('reading', 'kana'), field('address', 'email'), field('people', 'number'), field('cost', 'yen', { required: false }),
        field('start', 'date', { when: 'agree' }), field('kind', 'choice', { options: [option('a')] }), field('fields', 'choices', { options: [option('a')] }), field('goals', 'sdgs'),
        field('agree', 'yesNo'), field('pledge', 'declaration'), field('corporateNumber', 'corporateNumber'),
        field('budget', 'table', { columns: [field('cost', 'yen')], sums: ['cost'] }), field('partners', 'table', { columns: [field('cost', 'yen')] }),
        field('check', 'checklist', { required: false, groups: [option('environment')], items: [{ id: 'a', label, group: 'environment' }] }),
        field('estimate', 'file'), field('share', 'computed', { type: 'int', expression: '1' }), field('size', 'computed', { type: 'string', expression: '"x"', when: 'agree' }),
      ),
    ).forms.report as FormDefinition
    const is = (type: string): Entry => ({ type, optional: false })
    const maybe = (type: string): Entry => ({ type, optional: true })
    expect(formTypes(form)).toEqual({
      name: is('string'), plan: is('string'), reading: is('string'), address: is('string'), people: is('int'), cost: maybe('int'), start: maybe('timestamp'),
      kind: is('string'), fields: is('list<string>'), goals: is('list<int>'), agree: is('bool'), pledge: is('bool'), corporateNumber: is('string'),
      budget: is('list<map>'), budgetCost: is('int'), budgetTotal: is('int'), partners: is('list<map>'), checkEnvironment: maybe('int'), checkTotal: maybe('int'),
      estimate: is('list<map>'), share: is('int'), size: maybe('string'),
    })
  })
})

describe('checkForms', () => {
  it('demands labels in both languages', () => {
    expect(checkForms(fileOf({ id: 'name', kind: 'text', label: { ja: '名称' } }))).toEqual([
      { path: ['forms', 'report', 'sections', 0, 'fields', 0, 'label', 'en'], code: 'schema', severity: 'error', message: 'Invalid input: expected string, received undefined' },
    ])
  })

  it('points at ids that expressions could not read', () => {
    const wrong = ['Name', '1a', 'a-b', '名', 'in', 'string', 'constructor', 'complete']
    expect(wrong.map((id) => found(field(id, 'text')))).toEqual(wrong.map(() => ['0.id schema']))
    expect(checkForms({ forms: { Report: {} } }).map((p) => p.path)).toContainEqual(['forms', 'Report'])
  })

  it('points at words and kinds that the grammar does not have', () => {
    expect(found(field('a', 'text', { requierd: false }), field('b', 'picture'))).toEqual(['0.requierd unknownKey', '1.kind schema'])
  })

  it('points at ids that stand twice, within a section and across', () => {
    const file = fileOf(field('a', 'text'), field('a', 'yen'))
    const report = (file.forms as Record<string, { sections: Entry[] }>).report
    report?.sections.push({ id: 'main', title: label, fields: [field('a', 'date')] })
    expect(checkForms(file).map((p) => [p.code, p.path.slice(2).join('.')])).toEqual([
      ['duplicateId', 'sections.1.id'],
      ['duplicateId', 'sections.0.fields.1.id'],
      ['duplicateId', 'sections.1.fields.0.id'],
    ])
  })

  it('points at parts that stand twice', () => {
    expect(
      found(
        field('a', 'choice', { options: [option('x'), option('x')] }),
        field('b', 'table', { columns: [field('x', 'text'), field('x', 'choice', { options: [option('y'), option('y')] })] }),
        field('c', 'checklist', { items: [option('x'), option('x')] }),
      ),
    ).toEqual(['0.options.1.id duplicateId', '1.columns.1.id duplicateId', '1.columns.1.options.1.id duplicateId', '2.items.1.id duplicateId'])
  })

  it('points at a total whose name is taken', () => {
    const budget = field('budget', 'table', { columns: [field('cost', 'yen')], sums: ['cost'] })
    expect(found(budget, field('budgetTotal', 'yen'))).toEqual(['0.id duplicateId'])
    expect(found({ ...budget, columns: [field('total', 'yen')], sums: ['total'] })).toEqual(['0.id duplicateId'])
  })

  it('points at sums and groups that name nothing', () => {
    expect(
      found(
        field('a', 'table', { columns: [field('x', 'text')], sums: ['x', 'y'] }),
        field('b', 'checklist', { groups: [option('g')], items: [{ id: 'x', label, group: 'h' }] }),
      ),
    ).toEqual(['0.sums.0 notASum', '0.sums.1 unknownColumn', '1.items.0.group unknownGroup', '1.groups.0 emptyGroup'])
  })

  it('points at limits that no answer could pass', () => {
    expect(
      found(
        field('a', 'yen', { min: 2, max: 1 }),
        field('b', 'date', { min: '2024-01-02', max: '2024-01-01' }),
        field('c', 'choices', { options: [option('x')], min: 2 }),
        field('d', 'table', { columns: [field('x', 'number', { min: 1, max: 0 })], minRows: 3, maxRows: 2 }),
      ),
    ).toEqual(['0.min limits', '1.min limits', '2.min limits', '3.columns.0.min limits', '3.minRows limits'])
  })

  it('points at expressions that read an unknown field or mix types, with their place in the text', () => {
    expect(checkForms(fileOf(field('cost', 'yen'), field('a', 'text', { when: 'cost > 1 && kost > 2' }), field('b', 'text', { when: 'cost == "x"' })))).toEqual([
      { path: ['forms', 'report', 'sections', 0, 'fields', 1, 'when'], code: 'expression', severity: 'error', message: 'Unknown variable: kost', offset: 12 },
      { path: ['forms', 'report', 'sections', 0, 'fields', 2, 'when'], code: 'expression', severity: 'error', message: 'no such overload: int == string', offset: 0 },
    ])
  })

  it('tells how to read a field that may be unanswered', () => {
    expect(checkForms(fileOf(field('income', 'yen', { required: false }), field('a', 'text', { when: 'income > 2' }))).map((p) => p.message)).toEqual([
      'no such overload: optional<int> > int ("income" may be unanswered: write income.orValue(…) or income.hasValue())',
    ])
    expect(found(field('income', 'yen', { required: false }), field('a', 'text', { when: 'income.orValue(0) > 2' }))).toEqual([])
  })

  it('demands the type that the place needs', () => {
    expect(found(field('cost', 'yen'), field('a', 'text', { when: 'cost' }), field('b', 'computed', { type: 'string', expression: 'cost' }), field('c', 'computed', { type: 'int', expression: '1.5' }))).toEqual([
      '1.when expressionType', '2.expression expressionType', '3.expression expressionType',
    ])
  })

  it('points at syntax errors', () => {
    expect(found(field('a', 'text', { when: '1 +' }), field('b', 'computed', { type: 'int', expression: ')' }))).toEqual(['0.when expression', '1.expression expression'])
  })

  it('tries literals that would fail only when somebody fills in the form', () => {
    expect(
      found(
        field('d', 'date'), field('t', 'text'),
        field('a', 'text', { when: 'd + duration("14d") > d' }), field('b', 'text', { when: 'd > timestamp("2024-02-30")' }), field('c', 'text', { when: 't.matches("(")' }),
        field('e', 'text', { when: 'd + duration("336h") > timestamp("2024-02-29T00:00:00+09:00") && t.matches("^[0-9]+$")' }),
      ),
    ).toEqual(['2.when literal', '3.when literal', '4.when literal'])
  })

  it('points at every field of a circle', () => {
    expect(
      found(
        field('a', 'computed', { type: 'int', expression: 'b + 1' }),
        field('b', 'computed', { type: 'int', expression: 'budgetTotal' }),
        field('budget', 'table', { when: 'a > 0', required: false, columns: [field('x', 'yen')], sums: ['x'] }),
        field('free', 'computed', { type: 'int', expression: 'a' }),
        field('self', 'text', { when: 'self.hasValue()' }),
      ),
    ).toEqual(['0.id cycle', '1.expression expressionType', '1.id cycle', '2.id cycle', '4.id cycle'])
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (file) => void checkForms(file)), { numRuns: 100 })
    const wild = fc.record({ id: fc.constant('x'), kind: fc.constant('computed'), label: fc.constant(label), type: fc.constant('int'), expression: fc.string({ unit: 'binary', maxLength: 30 }) })
    fc.assert(fc.property(wild, (computed) => void checkForms(fileOf(computed))), { numRuns: 100 })
  })
})
