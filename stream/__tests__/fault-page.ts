import { countStored, WAYS } from './fault-cases'
import type { CaseResult, Snapshot, Way } from './fault-cases'
import { ACTIONS } from './fault-ways'
import type { Action } from './fault-ways'

/** A fault, and the results for each way to deliver and each action. */
export interface TestedFault {
  title: string
  /** The effect on a request, as a sentence */
  effect: string
  /** In the format of the sandbox. Undefined for the case without a fault. */
  fault?: object
  rows: { way: Way; action: Action; result: CaseResult }[]
}

/** The names of the ways to deliver, and of the actions. */
const NAMES: Record<Way | Action, string> = {
  'one event': 'destination, one event',
  'a batch': 'destination, a batch',
  deliver: '`ortto deliver`',
  work: '`ortto work`',
  serve: '`ortto serve`',
  upsertContact: 'contacts',
  trackActivity: 'activities'
}

const INTRODUCTION = `# What happens to events when Ortto fails

A test switches on each fault of the [sandbox](../sandbox/README.md), delivers events over real connections, and compares the reported
result of every event with the data in the sandbox. The test generates this page, and fails when the page is out of date.

\`\`\`sh
apt-get install -y nats-server
npm run test:stream -- reliability           # compares
RENEW=1 npm run test:stream -- reliability   # updates this page
\`\`\`
`

const LEGEND = `## How to read it

**What is sent.** One valid event; or ten events, of which eight are valid, one has no ID and is rejected by the destination (400), and
one is rejected by Ortto (422, because none of its data is mapped). Each event has a message ID and a timestamp. The events are contacts
or activities. *both* means that the results are the same for both.

**How it is delivered.**

- *destination, one event*: as Segment calls it without batching. A failure is a thrown error.
- *destination, a batch*: each event has its own result. Segment retries events with 408, 423, 429, or 5xx except 501. The test does the
  same, after the end of the fault.
- *\`ortto deliver\`*: a file, with its results and rejected events. Retries are automatic. When the delivery stops, the test ends the
  fault and runs the same command again.
- *\`ortto work\`*: a stream in NATS, and a worker. Rejected events are on the rejected subject. When the worker stops, the test ends the
  fault and starts it again. Events that the worker returned to the stream are delivered again automatically.
- *\`ortto serve\`*: one HTTP request with all events. The results are those of its response. After a response with 429 or 503, the test
  ends the fault and sends the same request again. 401 and 403 mean that Ortto refuses the API key, so they are not final either. The
  metrics count as delivered or unchanged exactly the events that Ortto has.

**What is reported.** *delivered* is 200. *unchanged* is 422 for a contact that Ortto already has, for example after a first request
whose response was lost. It is not counted as rejected, because there is nothing to fix. Other numbers are statuses, each with a reason. A
dash means that nothing was retried, or that the retries were automatic.

**What is counted**, all of it in the test run:

- *stored*: Ortto has the event.
- *unconfirmed*: Ortto had the event when it was reported as failed. Sending it again does no harm: an activity with the same message ID
  and timestamp is stored once, and a contact is not changed.
- *false successes*: reported as delivered or unchanged when Ortto did not have the event.
- *stored twice*: Ortto has the event more than once.
- *lost*: a false success, or an event without a reported result.
`

const NOT_COVERED = `## What is not covered

- The real Ortto. The sandbox implements Ortto's documentation.
- A lasting \`stall\` or late response, because each attempt takes 10 seconds. The page has them for one request.
- Other statuses. They are handled like one of the tested statuses, by Segment's rule above.
- Workers that are killed, several at a time, and the order of each user's events: \`npm run test:stream -- kill\`. A NATS server that
  crashes, and a full disk: the other tests of [\`stream/\`](../stream/README.md) and [\`delivery/\`](../delivery/README.md).
- Activities without a message ID or a timestamp. Ortto cannot deduplicate them, so an unconfirmed one is stored twice when it is sent
  again.
- How long a delivery takes. The pauses between retries are skipped. The timeouts of requests are real.
`

/** The page about all faults. */
export function pageOf(tested: readonly TestedFault[]): string {
  const results = tested.flatMap(({ rows }) => rows.map(({ result }) => result))
  const { sent, unconfirmed, falseSuccesses, storedTwice, lost } = sumsOf(results)
  const summary =
    `**${sent} events in ${results.length} cases: ${lost} lost**, ${falseSuccesses} false successes, ` +
    `${storedTwice} stored twice, ${unconfirmed} unconfirmed and sent again.\n`
  const details = tested.map(sectionOf)
  return [INTRODUCTION, summary, summaryOf(tested), LEGEND, '## Fault by fault\n', ...details, NOT_COVERED].join('\n')
}

/** A line for each fault, and one for all. */
function summaryOf(tested: readonly TestedFault[]): string {
  const head = ['fault', 'events', 'stored in the end', 'rejected, with a reason', 'unconfirmed']
  const counts = ['false successes', 'stored twice', 'lost']
  const line = (results: readonly CaseResult[]) => {
    const { sent, stored, rejected, unconfirmed, falseSuccesses, storedTwice, lost } = sumsOf(results)
    return [sent, stored, rejected, unconfirmed, falseSuccesses, storedTwice, lost].map(String)
  }
  const all = tested.flatMap(({ rows }) => rows)
  return table(
    [...head, ...counts],
    [
      ...tested.map(({ title, rows }) => [
        `[${title}](#${anchorOf(title)})`,
        ...line(rows.map(({ result }) => result))
      ]),
      ['**all**', ...line(all.map(({ result }) => result)).map((count) => `**${count}**`)]
    ]
  )
}

function sectionOf({ title, effect, fault, rows }: TestedFault): string {
  const lines: { ways: string[]; cells: string[] }[] = []
  for (const way of WAYS) {
    const ofWay = ACTIONS.map((action) => {
      const [{ result }] = rows.filter((row) => row.way === way && row.action === action)
      return { action: NAMES[action], cells: cellsOf(result) }
    })
    const isSame = ofWay.every(({ cells }) => cells.join('|') === ofWay[0].cells.join('|'))
    for (const one of isSame ? [{ ...ofWay[0], action: 'both' }] : ofWay) {
      const cells = [one.action, ...one.cells]
      const sameLine = lines.find((line) => line.cells.join('|') === cells.join('|'))
      if (sameLine) {
        sameLine.ways.push(NAMES[way])
      } else {
        lines.push({ ways: [NAMES[way]], cells })
      }
    }
  }
  const head = ['delivered by', 'events', 'sent', 'reported first', 'stored', 'reported last', 'stored', 'lost']
  const faultText = fault ? ` The fault: \`${JSON.stringify(fault)}\`` : ''
  const shown = lines.map(({ ways, cells }) => [ways.join('; '), ...cells])
  return [`### ${title}\n`, `${effect}${faultText}\n`, table(head, shown)].join('\n')
}

function cellsOf({ sent, first, last, lost }: CaseResult): string[] {
  const firstCells = first ? [formatReported(first), String(countStored(first))] : ['–', '–']
  return [String(sent), ...firstCells, formatReported(last), String(countStored(last)), String(lost)]
}

function formatReported({ reported }: Snapshot): string {
  if (typeof reported === 'string') {
    return `stops: ${reported.split(':')[0]}`
  }
  return [...reported]
    .sort(([one], [other]) => (one < other ? 1 : -1))
    .map(([result, count]) => `${count} × ${result}`)
    .join(', ')
}

function sumsOf(results: readonly CaseResult[]) {
  const sum = (read: (result: CaseResult) => number) => results.reduce((total, result) => total + read(result), 0)
  return {
    sent: sum(({ sent }) => sent),
    stored: sum(({ last }) => countStored(last)),
    rejected: sum(({ reasons }) => reasons.filter((reason) => reason !== '').length),
    unconfirmed: sum(({ unconfirmed }) => unconfirmed),
    falseSuccesses: sum(({ falseSuccesses }) => falseSuccesses),
    storedTwice: sum(({ storedTwice }) => storedTwice),
    lost: sum(({ lost }) => lost)
  }
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

/** The anchor that GitHub generates for a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-')
}
