import { heldIn, WAYS } from './fault-cases'
import type { Outcome, Told, Way } from './fault-cases'
import { ACTIONS } from './fault-ways'
import type { Action } from './fault-ways'

/** A fault, and what it came to for each way to deliver and each action. */
export interface Tested {
  title: string
  what: string
  /** As the sandbox takes it. None when there was none. */
  fault?: object
  rows: { way: Way; action: Action; outcome: Outcome }[]
}

/** What a way to deliver, and what an action makes of events, is called. */
const NAMES: Record<Way | Action, string> = {
  'one event': 'destination, one event',
  'a batch': 'destination, a batch',
  deliver: '`ortto deliver`',
  work: '`ortto work`',
  upsertContact: 'contacts',
  trackActivity: 'activities'
}

const INTRODUCTION = `# What becomes of events when Ortto fails

A test switches on each fault that the [sandbox](../sandbox/README.md) offers, delivers events to it over real connections, and
compares what was reported of every event with what the sandbox holds. It wrote this page, and fails when the page says anything else.

\`\`\`sh
apt-get install -y nats-server
npm run test:stream -- reliability           # compares
RENEW=1 npm run test:stream -- reliability   # writes this page anew
\`\`\`
`

const LEGEND = `## How to read it

**What is sent.** One event that is fine; or ten, of which eight are fine, one has no id and is refused by the destination (400), and
one is refused by Ortto (422: nothing of it is mapped). Each has a message id and a timestamp. They are contacts, then activities:
*both* is where the two came to the same.

**How it is delivered.**

- *destination, one event*: as Segment calls it without batching. A failure is an error that it throws.
- *destination, a batch*: each event has a result of its own. Segment sends again what was answered 408, 423, 429, or 5xx but 501; so
  does the test, when the fault is over.
- *\`ortto deliver\`*: a file, with its checkpoint and its results. It tries again by itself. When it stops, the test ends the fault
  and gives the same command again.
- *\`ortto work\`*: a stream in NATS, and a worker. What it has rejected stands on the rejected subject. When it stops, the test ends the
  fault and starts it again; what it gave back, it takes up by itself.

**What is reported.** *delivered* is 200. *unchanged* is 422 for a contact that Ortto knows already, as after a first try of which
nobody heard; it is not among the rejected ones, since there is nothing to mend. Any other number is a status, each with its reason. A dash: there was nothing to send again, or the delivery saw to that by itself.

**What is counted**, all of it from the run:

- *held*: events that Ortto has.
- *unconfirmed*: Ortto had the event when it was reported as failed. It is sent again, which does no harm: an activity is stored once
  for its message id and timestamp, and a contact brings nothing new.
- *false successes*: reported as delivered, or known, when Ortto did not have it.
- *stored twice*: Ortto has it more than once.
- *lost*: a false success, or an event of which nothing was said.
`

const NOT_COVERED = `## What is not covered

- The real Ortto. The sandbox goes by Ortto's documents.
- A \`stall\` and a late answer that last: each try takes 10 seconds. For one request they are here.
- Statuses that are not in the list go the way of one that is: Segment's rule, above, tells which.
- Workers that are killed, several at a time, and the order of each user's events: \`npm run test:stream -- kill\`. A NATS server that
  dies, and a disk that is full: the other tests of [\`stream/\`](../stream/README.md) and [\`delivery/\`](../delivery/README.md).
- Activities without a message id or a timestamp: Ortto can't tell them from their like, so one that is unconfirmed and sent again is
  stored twice.
- How long anything takes. The pauses between tries are skipped, the request's timeouts are real.
`

/** The page about all faults. */
export function pageOf(tested: readonly Tested[]): string {
  const outcomes = tested.flatMap(({ rows }) => rows.map(({ outcome }) => outcome))
  const { sent, unconfirmed, falseSuccesses, storedTwice, lost } = sumsOf(outcomes)
  const result =
    `**${sent} events in ${outcomes.length} cases: ${lost} lost**, ${falseSuccesses} false successes, ` +
    `${storedTwice} stored twice, ${unconfirmed} unconfirmed and sent again.\n`
  const details = tested.map(sectionOf)
  return [INTRODUCTION, result, summaryOf(tested), LEGEND, '## Fault by fault\n', ...details, NOT_COVERED].join('\n')
}

/** A line for each fault, and one for all. */
function summaryOf(tested: readonly Tested[]): string {
  const head = ['fault', 'events', 'held in the end', 'refused, with a reason', 'unconfirmed']
  const counts = ['false successes', 'stored twice', 'lost']
  const line = (outcomes: readonly Outcome[]) => {
    const { sent, held, refused, unconfirmed, falseSuccesses, storedTwice, lost } = sumsOf(outcomes)
    return [sent, held, refused, unconfirmed, falseSuccesses, storedTwice, lost].map(String)
  }
  const all = tested.flatMap(({ rows }) => rows)
  return table(
    [...head, ...counts],
    [
      ...tested.map(({ title, rows }) => [
        `[${title}](#${anchorOf(title)})`,
        ...line(rows.map(({ outcome }) => outcome))
      ]),
      ['**all**', ...line(all.map(({ outcome }) => outcome)).map((count) => `**${count}**`)]
    ]
  )
}

function sectionOf({ title, what, fault, rows }: Tested): string {
  const lines: { ways: string[]; cells: string[] }[] = []
  for (const way of WAYS) {
    const ofWay = ACTIONS.map((action) => {
      const [{ outcome }] = rows.filter((row) => row.way === way && row.action === action)
      return { what: NAMES[action], cells: cellsOf(outcome) }
    })
    const isSame = ofWay.every(({ cells }) => cells.join('|') === ofWay[0].cells.join('|'))
    for (const one of isSame ? [{ ...ofWay[0], what: 'both' }] : ofWay) {
      const cells = [one.what, ...one.cells]
      const like = lines.find((line) => line.cells.join('|') === cells.join('|'))
      if (like) {
        like.ways.push(NAMES[way])
      } else {
        lines.push({ ways: [NAMES[way]], cells })
      }
    }
  }
  const head = ['delivered by', 'what', 'sent', 'reported at first', 'held', 'reported in the end', 'held', 'lost']
  const as = fault ? ` The fault: \`${JSON.stringify(fault)}\`` : ''
  const shown = lines.map(({ ways, cells }) => [ways.join('; '), ...cells])
  return [`### ${title}\n`, `${what}${as}\n`, table(head, shown)].join('\n')
}

function cellsOf({ sent, atFirst, inTheEnd, lost }: Outcome): string[] {
  const first = atFirst ? [saidIn(atFirst), String(heldIn(atFirst))] : ['–', '–']
  return [String(sent), ...first, saidIn(inTheEnd), String(heldIn(inTheEnd)), String(lost)]
}

function saidIn({ said }: Told): string {
  if (typeof said === 'string') {
    return `stops: ${said.split(':')[0]}`
  }
  return [...said]
    .sort(([one], [other]) => (one < other ? 1 : -1))
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ')
}

function sumsOf(outcomes: readonly Outcome[]) {
  const sum = (read: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + read(outcome), 0)
  return {
    sent: sum(({ sent }) => sent),
    held: sum(({ inTheEnd }) => heldIn(inTheEnd)),
    refused: sum(({ reasons }) => reasons.filter((reason) => reason !== '').length),
    unconfirmed: sum(({ unconfirmed }) => unconfirmed),
    falseSuccesses: sum(({ falseSuccesses }) => falseSuccesses),
    storedTwice: sum(({ storedTwice }) => storedTwice),
    lost: sum(({ lost }) => lost)
  }
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

/** As GitHub makes it of a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-')
}
