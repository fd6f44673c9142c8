import type { EstimateResult } from '../delivery/estimate'
import { printable, table } from './table'

/** What was counted, and how many events were passed over because of their time. */
type Told = EstimateResult & { outside: number }

/** Files and reasons that are shown */
const MAX_FILES = 100
const MAX_REASONS = 10

/**
 * Tells a person what a delivery would use of a plan, and what Ortto's rules would do to it.
 * @param isPreset the mappings are the destination's own
 */
export function tellEstimate(result: Told, isPreset: boolean): string {
  const { files, contextTraits } = result
  return [
    heading(result),
    ...limits(result),
    ...(files.length > 1 ? byFile(result) : []),
    ...contextTraits.map((one) => `\n${warnOfTraits(one, isPreset)}`),
    ...reasons(result),
    ...rules(result)
  ].join('\n')
}

function heading({ files, total, outside, plan: { contacts, activities } }: Told): string {
  const name = files.length > 1 ? `${show(files.length)} files` : printable(files[0].file)
  const what = name === '-' ? 'standard input' : name
  const passedOver = outside > 0 ? ` (and ${show(outside)} of another time)` : ''
  const plan = `${some(contacts, 'contact')} and ${some(activities, 'activity', 'activities')}`
  return `${what}: ${some(total.lines, 'line')}${passedOver}, for a plan of ${plan}. Nothing was sent.`
}

function limits({ limits, total, days, decidedBy }: Told): string[] {
  const { identify, track, both } = total
  const contacts = some(identify - both, 'contact')
  const activities = some(track, 'activity', 'activities')
  const identified =
    both > 0 ? `${contacts}, and ${show(both)} of the activities: they bring traits or an audience` : contacts
  const verdict =
    days > 1
      ? `It takes ${show(days)} days: the ${decidedBy} limit decides. A delivery stops when a limit is used up; ` +
        'a day later the same command goes on.'
      : days === 1
      ? 'It fits into one day.'
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
    verdict
  ]
}

function byFile({ files, limits, plan: { retention } }: Told): string[] {
  const hasAge = retention !== undefined
  const head = ['Days', 'Identify', 'Track', 'Refused', 'Not sent', 'Waiting', ...(hasAge ? ['Too old'] : []), 'File']
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
  return ['', table(head, rows), ...(more > 0 ? [`… and ${some(more, 'other file')}: --json has them all`] : [])]
}

function warnOfTraits({ mapping, count }: { mapping: string; count: number }, isPreset: boolean): string {
  const carry = count === 1 ? '1 activity carries' : `${show(count)} activities carry`
  const sends = isPreset
    ? 'the default mapping sends traits and context.traits'
    : `the mapping "${mapping}" sends context.traits`
  return (
    `${carry} traits: ${sends}, so each counts as an identify event too. To avoid that, remove ` +
    "Traits from the activities' mapping; then identify events alone make contacts known."
  )
}

function reasons({ reasons }: Told): string[] {
  const refused = reasons.filter(({ kind }) => kind === 'rejected')
  const others = reasons.filter(({ kind }) => kind !== 'rejected')
  return [...section('Refused before sending', refused), ...section('Not sent, and not refused', others)]
}

function section(title: string, reasons: Told['reasons']): string[] {
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

/** What Ortto would do to events that are sent. */
function rules(result: Told): string[] {
  const { empty, undedupable } = result.total
  const rows = [
    ...(empty > 0
      ? [`Contacts with no traits, location, IP address or audience: ${show(empty)}. Ortto refuses them with 422.`]
      : []),
    ...(undedupable > 0
      ? [
          `Activities without a message id or a timestamp: ${show(undedupable)}. ` +
            'Ortto cannot tell duplicates: sent again, they are stored twice.'
        ]
      : []),
    ...waiting(result),
    ...age(result)
  ]
  return rows.length > 0 ? ['', 'What Ortto would do', ...rows.map((row) => `- ${row}`)] : []
}

function waiting({ total, backlog: { known, discarded, unknown } }: Told): string[] {
  if (total.waiting === 0) {
    return []
  }
  const advice = discarded > 0 ? ' Deliver the contacts first, and none is.' : ''
  return [
    `Activities that come before their contact: ${show(total.waiting)}. They wait in Ortto's backlog, unless Ortto ` +
      'knows the contact already.',
    `Of these, contact known later in the files: ${show(known)}. Ortto keeps the oldest 50 for each contact and day, ` +
      `so ${show(discarded)} would be discarded.${advice}`,
    `Of these, contact never known by the files: ${show(unknown)}.`
  ]
}

function age({ total, oldest, plan: { retention } }: Told): string[] {
  if (!oldest) {
    return []
  }
  const when = `The oldest activity is of ${oldest.timestamp.slice(0, 10)}, ${some(oldest.days, 'day')} ago.`
  return retention === undefined
    ? [`${when} Ortto refuses activities that are older than their retention period: name it with --retention.`]
    : [
        `Activities that are older than ${some(retention, 'day')}: ${show(total.tooOld)}.` +
          `${total.tooOld > 0 ? ' Ortto refuses them with 422.' : ''} ${when}`
      ]
}

const numbers = new Intl.NumberFormat('en')

function show(count: number): string {
  return numbers.format(count)
}

function some(count: number, one: string, many = `${one}s`): string {
  return `${show(count)} ${count === 1 ? one : many}`
}

/** Rounded up: more than 100 % does not fit into a day. */
function share(count: number, limit: number): string {
  return `${show(Math.ceil((100 * count) / limit))}%`
}
