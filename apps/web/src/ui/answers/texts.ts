import { texts } from '../../texts/texts.js'

export const useAnswerTexts = texts('answers', {
  yes: ['はい', 'Yes'],
  no: ['いいえ', 'No'],
  unanswered: ['未入力', 'Not filled in'],
  removeFile: ['{{name}}を外す', 'Remove {{name}}'],
  fileDigest: ['{{size}}・SHA-256 {{sum}}', '{{size}}, SHA-256 {{sum}}'],
})
