import type { Removal } from '@saitaku/files'
import { HttpProblem, notFound } from '../problems.js'

/** The same for a document that is not there and for one that this person may not see. */
export const unknownDocument = (): HttpProblem => notFound('書類が見つかりません', 'There is no such document')

/** Why a file stays. */
export function removalProblem(removal: Exclude<Removal, 'removed'>): HttpProblem {
  switch (removal) {
    case 'gone':
      return unknownDocument()
    case 'inTheRecord':
      return new HttpProblem(409, 'inTheRecord', { ja: '提出済みの申請に添付されたファイルは削除できません', en: 'A file that was submitted is part of the record and stays' })
    case 'named':
      return new HttpProblem(409, 'named', { ja: 'このファイルは様式に添付されています。先に様式から外してください', en: 'The form names this file: take it out of the form first' })
  }
}
