/** The options of `ortto deliver`. */
export interface DeliverOptions {
  to: string
  mappings?: string
  integration: string[]
  consent?: string[]
  connectAudiences?: boolean
  keepGoing?: boolean
  from?: number
  until?: number
  sort?: boolean
  rate?: number
  results?: string
  rejected?: string
  ledger?: string
  again?: boolean
  keyFile?: string
  account?: string
  dryRun?: boolean
  json?: boolean
}
