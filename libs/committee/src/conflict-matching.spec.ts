import { addressKey, matchConflicts, organisationKey, personKey } from './conflict-matching.js'

const affiliation = (organisation: string, more: { corporateNumber?: string; address?: string } = {}): { organisation: string; corporateNumber: string | null; address: string | null; note: null } =>
  ({ organisation, corporateNumber: more.corporateNumber ?? null, address: more.address ?? null, note: null })
const applicant = { applicationId: 'A', organisations: ['株式会社ミナトリサイクル'], corporateNumbers: ['6990001000101'], people: ['港川 彩', '髙木 敏行'], addresses: ['川崎市川崎区東浜町1-2-3'] }

describe('Conflicts of interest', () => {
  it.each([
    ['the organisation in another spelling', { reviewerId: 'r', name: '長谷 修', affiliations: [affiliation('(株)ミナト リサイクル')] }, ['organisation', '株式会社ミナトリサイクル']],
    ['the corporate number', { reviewerId: 'r', name: '長谷 修', affiliations: [affiliation('別の名前', { corporateNumber: '6990001000101' })] }, ['corporateNumber', '6990001000101']],
    ['their own name, with a variant of a character', { reviewerId: 'r', name: '高木敏行', affiliations: [] }, ['name', '髙木 敏行']],
    ['the address, written out', { reviewerId: 'r', name: '長谷 修', affiliations: [affiliation('別の会社', { address: '神奈川県川崎市川崎区東浜町1丁目2番3号' })] }, ['address', '川崎市川崎区東浜町1-2-3']],
  ])('are found by %s', (_, reviewer, [kind, evidence]) => {
    expect(matchConflicts([reviewer], [applicant])).toEqual([{ applicationId: 'A', reviewerId: 'r', kind, evidence }])
  })

  it('are not found where only the legal form, nothing, or a part is the same', () => {
    expect(matchConflicts([{ reviewerId: 'r', name: '港川', affiliations: [affiliation('株式会社'), affiliation('株式会社ミナト'), affiliation('', { address: '川崎市' })] }], [applicant, { ...applicant, applicationId: 'B', organisations: ['有限会社'], corporateNumbers: [''], people: [''], addresses: [''] }])).toEqual([])
  })

  it('compare what people write differently as the same', () => {
    expect(organisationKey('ＮＰＯ法人　多摩川まなびの森')).toBe(organisationKey('特定非営利活動法人多摩川まなびの森'))
    expect(personKey('黒﨑 隆')).toBe(personKey('黒崎隆'))
    expect(addressKey('〒210-0000 川崎市川崎区東浜町1-2-3')).toBe(addressKey('川崎市川崎区東浜町１－２－３'))
  })
})
