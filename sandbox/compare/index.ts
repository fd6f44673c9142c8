/** What Ortto's documents say, played against two Orttos: `ortto compare`. */
export { ACTIVITY, CASES, COMPARED_ACCOUNT } from './cases'
export type { CaseRequest } from './cases'
export { compareOrttos, formatAnswer } from './compare'
export type { Difference, Send } from './compare'
