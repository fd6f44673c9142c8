import type { ChoosingOptions } from './choose'
import type { Address } from './listen'

/** The options of `ortto deliver`. */
export interface DeliverOptions extends ChoosingOptions {
  to: string
  mappings?: string
  columns?: string
  integration: string[]
  consent?: string[]
  connectAudiences?: boolean
  keepGoing?: boolean
  sort?: boolean
  rate?: number
  listen?: Address
  results?: string
  rejected?: string
  report?: string
  ledger?: string
  again?: boolean
  keyFile?: string
  account?: string
  contacts?: number
  activities?: number
  dryRun?: boolean
  json?: boolean
}
