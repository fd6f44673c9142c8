import type { Account } from '../model/account'
import type { Clock } from '../model/clock'
import { checkPlan } from '../model/plan-warnings'
import type { PlanWarning } from '../model/plan-warnings'
import type { Activity } from '../model/records'
import type { UsageJson } from '../model/usage'
import type { Fault, Faults } from './faults'

/** Numbers that describe the whole sandbox. */
export interface Summary {
  contacts: number
  /** By their state */
  activities: Record<Activity['state'], number>
  audiences: number
  logEntries: number
  usage: AccountUsage
  /** The sandbox's own time, in ISO 8601 */
  now: string
  /** ISO 8601: when the first identify item arrived. Until then, no traits can be mapped: Ortto is waiting for it. */
  firstIdentifyAt?: string
  /** What the plan does not include */
  warnings: PlanWarning[]
  /** The active faults */
  faults: readonly Fault[]
}

/** The usage of both limits. */
export interface AccountUsage {
  identify: UsageJson
  track: UsageJson
}

export function toSummary(account: Account, clock: Clock, faults: Faults): Summary {
  return {
    contacts: account.contacts.count,
    activities: account.activities.countByState(),
    audiences: account.audiences.all().length,
    logEntries: account.log.entries().length,
    usage: toAccountUsage(account),
    now: new Date(clock.now()).toISOString(),
    firstIdentifyAt: account.samples.firstIdentifyAt,
    warnings: checkPlan(account.file),
    faults: faults.all()
  }
}

export function toAccountUsage({ identifyUsage, trackUsage }: Account): AccountUsage {
  return { identify: identifyUsage.toJson(), track: trackUsage.toJson() }
}
