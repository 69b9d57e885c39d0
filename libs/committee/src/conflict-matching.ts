import type { Affiliation } from './panel.js'

/** What is known of whoever applied. */
export interface ApplicantFacts {
  applicationId: string
  organisations: readonly string[]
  corporateNumbers: readonly string[]
  /** Of the applicants, representatives, officers. */
  people: readonly string[]
  addresses: readonly string[]
}

export interface ReviewerFacts {
  reviewerId: string
  name: string
  affiliations: readonly Affiliation[]
}

/** A conflict of interest that may be: what was found to be the same, in the applicant's spelling. */
export interface Suspicion {
  applicationId: string
  reviewerId: string
  kind: 'organisation' | 'corporateNumber' | 'name' | 'address'
  evidence: string
}

/**
 * Finds reviewers who may be involved: their organisation's name or corporate number, their own name among the people of
 * an application, or their organisation's address. Legal forms, widths, spaces and the ways to write a house number do
 * not keep two spellings apart. A suspicion, for a person to judge.
 */
export function matchConflicts(reviewers: readonly ReviewerFacts[], applicants: readonly ApplicantFacts[]): Suspicion[] {
  return applicants.flatMap((applicant) => reviewers.flatMap((reviewer) => matchOne(reviewer, applicant)))
}

function matchOne({ reviewerId, name, affiliations }: ReviewerFacts, { applicationId, organisations, corporateNumbers, people, addresses }: ApplicantFacts): Suspicion[] {
  const found: Suspicion[] = []
  const compare = (kind: Suspicion['kind'], mine: readonly (string | null)[], theirs: readonly string[], key: (text: string) => string): void => {
    const keys = new Set(mine.flatMap((text) => (text === null || key(text) === '' ? [] : [key(text)])))
    const same = theirs.find((text) => keys.has(key(text)))
    if (same !== undefined) found.push({ applicationId, reviewerId, kind, evidence: same })
  }
  compare('corporateNumber', affiliations.map((one) => one.corporateNumber), corporateNumbers, (text) => text.normalize('NFKC').replaceAll(/\D/g, ''))
  compare('organisation', affiliations.map((one) => one.organisation), organisations, organisationKey)
  compare('name', [name], people, personKey)
  compare('address', affiliations.map((one) => one.address), addresses, addressKey)
  return found
}

const LEGAL_FORMS = /株式会社|有限会社|合同会社|合資会社|合名会社|特定非営利活動法人|npo法人|一般社団法人|公益社団法人|一般財団法人|公益財団法人|社会福祉法人|学校法人|医療法人|\(株\)|\(有\)|co\.,?ltd\.?|inc\.?$/g

/** @example organisationKey('㈱ミナト リサイクル') === organisationKey('株式会社ミナトリサイクル') // → true */
export function organisationKey(name: string): string {
  return withoutVariants(name).replaceAll(/\s/g, '').replaceAll(LEGAL_FORMS, '').replaceAll(/[・･.,,、。'’"”“ーｰ-]/g, '')
}

/** Names keep their characters where they are shown; to compare them, common variants count as the same. */
export function personKey(name: string): string {
  return withoutVariants(name).replaceAll(/[\s・,.]/g, '')
}

/** @example addressKey('川崎市川崎区東浜町1丁目2番3号') === addressKey('神奈川県川崎市川崎区東浜町1-2-3') // → true */
export function addressKey(address: string): string {
  return withoutVariants(address).replaceAll(/\s/g, '').replace(/^〒?\d{3}-?\d{4}/, '').replace(/^(東京都|北海道|京都府|大阪府|.{2,3}県)/, '')
    .replaceAll(/[‐-―ーｰ−-]/g, '-').replaceAll(/丁目|番地の?|番|号/g, '-').replaceAll(/-+/g, '-').replace(/-$/, '')
}

const VARIANTS: Record<string, string> = { '髙': '高', '﨑': '崎', '𠮷': '吉', '邉': '辺', '邊': '辺', '齋': '斎', '齊': '斎', '斉': '斎', '濵': '浜', '濱': '浜', '澤': '沢', '廣': '広', '國': '国' }
const withoutVariants = (text: string): string => [...text.normalize('NFKC').toLowerCase()].map((character) => VARIANTS[character] ?? character).join('')
