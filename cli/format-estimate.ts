import { formatNotices } from '../delivery'
import type { EstimateResult } from './estimate-counts'
import { describeConsent } from './describe-consent'
import { formatCount as some, formatNumber as show } from './format-number'
import { printable, table } from './table'

/** The counts, and how many events were skipped because they are outside the time range. */
type Result = EstimateResult & { outside: number }

/** Files and reasons that are shown */
const MAX_FILES = 100
const MAX_REASONS = 10

/**
 * Formats how much of a plan a delivery would use, and how Ortto's rules would apply to it.
 * @param isPreset whether the mappings are the destination's presets
 */
export function formatEstimate(result: Result, isPreset: boolean): string {
  const { files, contextTraits } = result
  return [
    heading(result),
    ...limits(result),
    ...result.warnings.map(({ message }) => `\n${message}`),
    ...(files.length > 1 ? byFile(result) : []),
    ...contextTraits.map((traits) => `\n${warnOfTraits(traits, isPreset)}`),
    ...reasons(result),
    ...consent(result),
    ...notices(result),
    ...rules(result)
  ].join('\n')
}

function heading({ files, total, outside, plan: { contacts, activities } }: Result): string {
  const name = files.length > 1 ? `${show(files.length)} files` : printable(files[0].file)
  const source = name === '-' ? 'standard input' : name
  const skipped = outside > 0 ? ` (and ${show(outside)} outside the time range)` : ''
  const plan = `${some(contacts, 'contact')} and ${some(activities, 'activity', 'activities')}`
  return `${source}: ${some(total.lines, 'line')}${skipped}, for a plan of ${plan}. Nothing was sent.`
}

function limits({ limits, total, days, decidedBy }: Result): string[] {
  const { identify, track, both } = total
  const contacts = some(identify - both, 'contact')
  const activities = some(track, 'activity', 'activities')
  const identified =
    both > 0 ? `${contacts}, and ${show(both)} of the activities (with traits or an audience)` : contacts
  const duration =
    days > 1
      ? `The delivery takes ${show(days)} days because of the ${decidedBy} limit. It stops when a limit is used up. ` +
        'Run the same command a day later to resume.'
      : days === 1
      ? 'The delivery fits into one day.'
      : 'Nothing would be sent.'
  return [
    '',
    table(
      ['Limit', 'In 24 hours', 'Needed', 'Share', 'What counts'],
      [
        ['identify', show(limits.identify), show(identify), share(identify, limits.identify), identified],
        ['track', show(limits.track), show(track), share(track, limits.track), activities]
      ]
    ),
    '',
    duration
  ]
}

function byFile({ files, limits, plan: { retentionDays } }: Result): string[] {
  const hasAge = retentionDays !== 'for ever'
  const head = ['Days', 'Identify', 'Track', 'Rejected', 'Not sent', 'Waiting', ...(hasAge ? ['Too old'] : []), 'File']
  const rows = files
    .slice(0, MAX_FILES)
    .map(({ file, days, identify, track, rejected, ignored, skipped, waiting, tooOld }) => [
      show(days),
      `${show(identify)} (${share(identify, limits.identify)})`,
      `${show(track)} (${share(track, limits.track)})`,
      ...[rejected, ignored + skipped, waiting, ...(hasAge ? [tooOld] : [])].map(show),
      file
    ])
  const more = files.length - rows.length
  return ['', table(head, rows), ...(more > 0 ? [`… and ${some(more, 'other file')}: use --json to see all`] : [])]
}

function warnOfTraits({ mapping, count }: { mapping: string; count: number }, isPreset: boolean): string {
  const carry = count === 1 ? '1 activity contains' : `${show(count)} activities contain`
  const sends = isPreset
    ? 'the default mapping sends traits and context.traits'
    : `the mapping "${mapping}" sends context.traits`
  return (
    `${carry} traits: ${sends}, so each also counts as an identify event. To avoid this, remove ` +
    "Traits from the activities' mapping. Then only identify events create contacts."
  )
}

function reasons({ reasons }: Result): string[] {
  const rejected = reasons.filter(({ kind }) => kind === 'rejected')
  const others = reasons.filter(({ kind }) => kind !== 'rejected')
  return [...section('Rejected before sending', rejected), ...section('Not sent, but not rejected', others)]
}

function section(title: string, reasons: Result['reasons']): string[] {
  const shown = reasons.slice(0, MAX_REASONS)
  const more = reasons.length - shown.length
  const cells = shown.map(({ count, mapping = '-', message }) => [show(count), mapping, message])
  const total = reasons.reduce((sum, { count }) => sum + count, 0)
  return reasons.length === 0
    ? []
    : [
        '',
        `${title}: ${show(total)}`,
        table(['Events', 'Mapping', 'Reason'], cells),
        ...(more > 0 ? [`… and ${some(more, 'other reason')}`] : [])
      ]
}

function consent({ total }: Result): string[] {
  return total.consent > 0 ? ['', describeConsent(total.consent)] : []
}

/** What would be repaired in the events. */
function notices({ notices }: Result): string[] {
  const lines = formatNotices(notices)
  return lines.length > 0 ? ['', ...lines] : []
}

/** How Ortto's rules would apply to the events that are sent. */
function rules(result: Result): string[] {
  const { empty, missingDedupeKey } = result.total
  const rows = [
    ...(empty > 0
      ? [`Contacts with no traits, location, IP address or audience: ${show(empty)}. Ortto rejects them with 422.`]
      : []),
    ...(missingDedupeKey > 0
      ? [
          `Activities without a message ID or a timestamp: ${show(missingDedupeKey)}. ` +
            'Ortto cannot deduplicate them: if they are sent again, they are stored twice.'
        ]
      : []),
    ...waiting(result),
    ...age(result)
  ]
  return rows.length > 0 ? ['', 'In Ortto', ...rows.map((row) => `- ${row}`)] : []
}

function waiting({ total, backlog: { known, discarded, unknown } }: Result): string[] {
  if (total.waiting === 0) {
    return []
  }
  const advice = discarded > 0 ? ' To avoid this, deliver the contacts first.' : ''
  return [
    `Activities that come before their contact: ${show(total.waiting)}. They wait in Ortto's backlog, unless the ` +
      'contact already exists in Ortto.',
    `Of these, with a contact later in the files: ${show(
      known
    )}. Ortto keeps the oldest 50 for each contact and day, ` + `so ${show(discarded)} would be discarded.${advice}`,
    `Of these, with no contact in the files: ${show(unknown)}.`
  ]
}

function age({ total, oldest, plan: { retentionDays } }: Result): string[] {
  if (!oldest) {
    return []
  }
  const when = `The oldest activity is from ${oldest.timestamp.slice(0, 10)}, ${some(oldest.days, 'day')} ago.`
  return retentionDays === 'for ever'
    ? [when]
    : [
        `Activities older than ${some(retentionDays, 'day')}: ${show(total.tooOld)}.` +
          (total.tooOld > 0
            ? ` Ortto rejects them with 422, unless your account keeps activities longer: see --retention. ${when}`
            : ` ${when}`)
      ]
}

/** Rounded up. More than 100% does not fit into a day. */
function share(count: number, limit: number): string {
  return `${show(Math.ceil((100 * count) / limit))}%`
}
