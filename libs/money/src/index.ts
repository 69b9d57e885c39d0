export { MoneyError, type MoneyCode, type MoneyProblem, type Sentence } from './money-problem.js'
export { formatYen, parseYen, readYen, yenOf, type Yen, type YenLike, type YenReading } from './yen.js'
export { readRate, type RateLike } from './rate.js'
export { amount, subsidyAmount, type AmountOutcome, type LimitName, type SubsidyAmount, type SubsidyLimit, type SubsidyTerms } from './subsidy-amount.js'
