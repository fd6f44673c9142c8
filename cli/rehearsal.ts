import { warnAboutActivities } from '../sandbox'
import type { Account } from '../sandbox'
import { DEFAULT_RETENTION_DAYS } from '../sandbox/rules'
import { formatCount, formatNumber } from './format-number'
import { printable } from './table'

/** A plan whose limits no delivery reaches */
const LARGE_PLAN = { contacts: 100_000_000, activities: 1_000_000, customFields: 1_000_000 }

/** Names that are shown of each kind */
const MAX_NAMES = 20

/** The size of a plan. Without a member, that limit does not apply. */
interface PlanSize {
  contacts?: number
  activities?: number
}

/** An account for events of which nothing is known: it accepts what no account file maps. */
export function acceptingAccount({ contacts, activities }: PlanSize = {}): object {
  return {
    plan: {
      ...LARGE_PLAN,
      ...(contacts === undefined ? {} : { contacts }),
      ...(activities === undefined ? {} : { activities })
    },
    traits: { email: 'Email' },
    acceptsUnmapped: true
  }
}

/** What the first lines of a rehearsal say: in what the account of the customer may differ. */
export function describeAssumptions(account: Account, plan: PlanSize): string[] {
  const { acceptsUnmapped, plan: limits } = account.file
  const { contacts, activities } = plan
  const retention = `Activities older than ${DEFAULT_RETENTION_DAYS} days are rejected, as Ortto does by default.`
  return acceptsUnmapped
    ? [
        'This local Ortto accepts every activity and trait of your events. Your account rejects activities that are not ' +
          `mapped there, and ignores such traits. ${retention} To rehearse with your own account: --account FILE.`,
        contacts === undefined && activities === undefined
          ? "No limit of a plan applies. To apply your plan's limits: --contacts and --activities."
          : `The limits of a plan of ${formatCount(limits.contacts, 'contact')} and ` +
            `${formatCount(limits.activities, 'activity', 'activities')} apply.`
      ]
    : []
}

/** What the end of a rehearsal says: what a real account needs so that it accepts the same events. */
export function describeAccepted(account: Account, { activities: included }: PlanSize): string[] {
  const { traits, activities } = account.settings.accepted
  const warnings = included === undefined ? [] : warnAboutActivities(activities.size, included)
  return [
    ...(activities.size > 0
      ? [`To accept the same, your account must map ${listNames(activities, 'activity', 'activities')}.`]
      : []),
    ...(traits.size > 0 ? [`To store the same, it must map ${listNames(traits, 'trait')}.`] : []),
    ...warnings.map(({ message }) => message)
  ]
}

function listNames(names: ReadonlySet<string>, one: string, many?: string): string {
  const shown = [...names].slice(0, MAX_NAMES).map((name) => `"${printable(name)}"`)
  const more = names.size - shown.length
  return `${formatCount(names.size, one, many)}: ${shown.join(', ')}${
    more > 0 ? ` and ${formatNumber(more)} more` : ''
  }`
}
