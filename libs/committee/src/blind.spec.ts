import { blindAnswers, hiddenTexts, Redaction } from './blind.js'

const redaction = new Redaction({ organisations: ['株式会社ミナトリサイクル', 'カブシキガイシャミナトリサイクル', '合同会社 River Works'], people: ['港川 彩', 'Claire Brennan'], marks: ['6990001000101', '川崎市川崎区東浜町1-2-3'] })

describe('A redaction', () => {
  it.each([
    ['株式会社ミナトリサイクルです', '■■です'], ['(株)ミナト リサイクルの', '(株)■■の'], ['㈱ミナトリサイクル', '㈱■■'], ['ﾐﾅﾄﾘｻｲｸﾙの机', '■■の机'], ['みなとりさいくる', '■■'],
    ['港川彩が', '■■が'], ['港 川 彩', '■■'], ['港川さん', '■■さん'], ['claire BRENNAN said', '■■ said'], ['Ms Ｂｒｅｎｎａｎ', 'Ms ■■'],
    ['6990-0010-00101', '■■'], ['川崎市川崎区東浜町１－２－３に', '■■に'], ['river works の', '■■ の'], ['河川の彩り', '河川の彩り'],
    ['info@another.example へ', '■■ へ'], ['https://minato.example/about を', '■■ を'], ['電話は 044-000-0001 です', '電話は ■■ です'], ['2,400 点を 2023-10-01 に', '2,400 点を 2023-10-01 に'],
  ])('makes of %s %s', (text, shown) => {
    expect(redaction.text(text)).toBe(shown)
  })

  it('reaches every text of a value, names of members and numbers included', () => {
    expect(redaction.json({ partners: [{ 港川彩: '代表', n: 6990001000101, ok: true, none: null }] })).toEqual({ partners: [{ '■■': '代表', n: '■■', ok: true, none: null }] })
  })

  it('leaves a text alone where nothing is known of whoever applied', () => {
    expect(new Redaction({ organisations: [], people: ['彩'], marks: [''] }).text('彩りの庭')).toBe('彩りの庭')
  })
})

describe('Answers in a blind stage', () => {
  const answers = { representative: '港川 誠', officers: [{ name: '浜田 花' }], summary: '港川誠と浜田花が始めた', files: [{ name: '浜田.PDF', size: 3, sha256: 'ff' }] }
  it('lack what the rubric hides, and what that holds is taken out of the others; files keep their kind and size', () => {
    const hidden = hiddenTexts(answers, ['representative', 'officers'])
    expect(hidden).toEqual(['港川 誠', '浜田 花'])
    expect(blindAnswers(answers, ['representative', 'officers'], new Redaction({ organisations: [], people: hidden, marks: hidden }))).toEqual({ summary: '■■と■■が始めた', files: [{ name: 'file-1.pdf', size: 3 }] })
  })
})
