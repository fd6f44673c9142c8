import type { Activities } from './activities'
import type { Audiences } from './audiences'
import type { Clock } from './clock'
import type { Contacts } from './contacts'
import type { ErrorLog } from './error-log'
import type { Merging } from './merging'
import type { Samples } from './samples'
import type { Settings } from './settings'
import type { Usage } from './usage'

/** The parts of an account that processing an item reads and changes. */
export interface AccountParts {
  readonly clock: Clock
  readonly settings: Settings
  readonly contacts: Contacts
  readonly merging: Merging
  readonly activities: Activities
  readonly audiences: Audiences
  readonly log: ErrorLog
  readonly samples: Samples
  readonly identifyUsage: Usage
  readonly trackUsage: Usage
}
