export { Estimate } from './estimate'
export type { EstimateResult } from './estimate'
