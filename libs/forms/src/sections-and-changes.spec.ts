import { answerChanges, evaluateForm, formJsonSchema, formsFile, sectionStates, type FormDefinition } from './index.js'

const both = (ja: string): { ja: string; en: string } => ({ ja, en: ja })
const form = formsFile.parse({
  forms: {
    main: {
      title: both('申請'),
      sections: [
        { id: 'who', title: both('団体'), fields: [{ id: 'name', kind: 'text', label: both('名称') }, { id: 'postcode', kind: 'text', format: 'postcode', label: both('郵便番号') }, { id: 'phone', kind: 'text', format: 'phone', required: false, label: both('電話') }] },
        {
          id: 'money', title: both('経費'),
          fields: [
            { id: 'budget', kind: 'table', label: both('内訳'), sums: ['amount'], columns: [{ id: 'item', kind: 'text', label: both('項目') }, { id: 'amount', kind: 'yen', label: both('金額') }] },
            { id: 'half', kind: 'computed', type: 'int', expression: 'budgetTotal / 2', label: both('半額') },
          ],
        },
        { id: 'pledge', title: both('誓約'), fields: [{ id: 'agree', kind: 'declaration', required: false, label: both('誓約') }] },
      ],
    },
  },
}).forms.main as FormDefinition
const kept = (format: string, typed: string): unknown => {
  const one = formsFile.parse({ forms: { f: { title: both('f'), sections: [{ id: 's', title: both('s'), fields: [{ id: 'x', kind: 'text', format, label: both('x') }] }] } } }).forms.f as FormDefinition
  const { values, problems } = evaluateForm(one, { x: typed })
  return values.x ?? problems[0]?.code
}

describe('a text of a format', () => {
  it.each([
    ['postcode', '２１０ー８５７７', '210-8577'], ['postcode', '〒210-8577', '210-8577'], ['postcode', '2108577', '210-8577'], ['postcode', '210-857', 'notPostcode'], ['postcode', '21O-8577', 'notPostcode'],
    ['phone', '044-200-2111', '0442002111'], ['phone', '（０４４）２００－２１１１', '0442002111'], ['phone', '+81 90 1234 5678', '09012345678'], ['phone', '200-2111', 'notPhone'], ['phone', '0120-123', 'notPhone'],
    ['localGovernmentCode', '141305', '141305'], ['localGovernmentCode', '１３０００－１', '130001'], ['localGovernmentCode', '141306', 'notLocalGovernmentCode'],
    ['bankCode', '０１３８', '0138'], ['bankCode', '138', 'notBankCode'], ['branchCode', '001', '001'], ['branchCode', '1', 'notBranchCode'],
    ['accountNumber', '12345', '0012345'], ['accountNumber', '12345678', 'notAccountNumber'], ['accountHolder', 'トクヒ）ﾐﾄﾞﾘﾉｶｲ', 'トクヒ)ミドリノカイ'], ['accountHolder', 'きょうと　はなこ', 'キヨウト ハナコ'], ['accountHolder', '緑の会', 'notAccountHolder'],
  ])('%s: %s is kept as %s', (format, typed, value) => {
    expect(kept(format, typed)).toBe(value)
  })
})

describe('the states of sections', () => {
  const states = (answers: Record<string, never> | object): unknown => sectionStates(form, evaluateForm(form, answers as Record<string, unknown>)).map(({ id, state, answered, missing, problems }) => [id, state, answered, missing, problems])

  it('tell what is begun, done and lacking', () => {
    expect(states({})).toEqual([['who', 'empty', 0, ['name', 'postcode'], 0], ['money', 'empty', 0, ['budget'], 0], ['pledge', 'complete', 0, [], 0]])
    expect(states({ name: '緑の会', postcode: 'x' })).toEqual([['who', 'started', 2, [], 1], ['money', 'empty', 0, ['budget'], 0], ['pledge', 'complete', 0, [], 0]])
    expect(states({ name: '緑の会', postcode: '2108577', budget: [{ item: '紙', amount: 100 }], agree: true })).toEqual([['who', 'complete', 2, [], 0], ['money', 'complete', 1, [], 0], ['pledge', 'complete', 1, [], 0]])
  })
})

describe('the changes between two submissions', () => {
  const before = { name: '緑の会', postcode: '210-8577', budget: [{ item: '紙', amount: 100 }, { item: '筆', amount: '２００' }] }

  it('are none where nothing is different', () => {
    expect(answerChanges(form, before, structuredClone(before))).toEqual([])
  })

  it('tell what was added, taken away, changed, and merely typed otherwise, in the order of the form', () => {
    const after = { name: '緑と水の会', postcode: '２１０８５７７', phone: '044-200-2111', budget: [{ item: '紙', amount: 150 }, { item: '筆', amount: 200 }, { item: '墨', amount: 50 }] }
    expect(answerChanges(form, before, after).map(({ field, section, change, before: was, after: is, rows }) => [field, section, change, field === 'budget' ? rows : [was, is]])).toEqual([
      ['name', 'who', 'changed', ['緑の会', '緑と水の会']], ['postcode', 'who', 'spelling', ['210-8577', '210-8577']], ['phone', 'who', 'added', [null, '0442002111']],
      ['budget', 'money', 'changed', [{ row: 1, change: 'changed', columns: ['amount'] }, { row: 3, change: 'added', columns: [] }]], ['half', 'money', 'changed', [150, 200]],
    ])
    expect(answerChanges(form, { ...before, phone: '0442002111' }, before).map(({ field, change }) => [field, change])).toEqual([['phone', 'removed']])
  })

  it('tell of what cannot be read by what was typed', () => {
    expect(answerChanges(form, { postcode: 'x' }, { postcode: 'y' }).map(({ change, before: was, after: is }) => [change, was, is])).toEqual([['changed', 'x', 'y']])
  })
})

describe('the JSON Schema of a form', () => {
  it('describes each value as it is kept', () => {
    expect(formJsonSchema(form)).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema', title: '申請', type: 'object', required: ['name', 'postcode', 'budget'],
      properties: {
        name: { title: '名称', type: 'string', maxLength: 10_000 }, postcode: { title: '郵便番号', type: 'string', maxLength: 10_000, pattern: '^\\d{3}-\\d{4}$' }, phone: { title: '電話', type: 'string', maxLength: 10_000, pattern: '^0\\d{9,10}$' },
        budget: {
          title: '内訳', type: 'array', maxItems: 200,
          items: { type: 'object', required: ['item', 'amount'], properties: { item: { title: '項目', type: 'string', maxLength: 10_000 }, amount: { title: '金額', type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } } },
        },
        half: { title: '半額', type: 'integer', readOnly: true }, agree: { title: '誓約', const: true },
      },
    })
  })
})
