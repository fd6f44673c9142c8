import type { Destination, JSONObject, SegmentEvent, Subscription } from '@segment/actions-core'
import { parseFql, validate } from '@segment/destination-subscriptions'
import type { Settings } from '../src/generated-types'
import type { Line } from './read-ndjson'

/** What became of one event in one mapping. */
export interface Verdict {
  line: number
  /** None for a line that holds no event. */
  event?: SegmentEvent
  /** The name of the mapping that took the event. None when no mapping did. */
  mapping?: string
  /** HTTP's: below 400 it was delivered, or ignored on purpose. None when nothing was tried. */
  status?: number
  message: string
  /** True when the event went on the wire. */
  sent: boolean
}

/** As many events as one request to Ortto takes. */
const WINDOW = 500

/** A subscription whose trigger has been read. */
type Mapping = Subscription & { trigger: ReturnType<typeof parseFql> }

/**
 * Delivers events and yields a verdict for every event and mapping, in the order of the lines.
 *
 * Within each window of 500 events the subscriptions take their turns in the order given, so that a contact reaches
 * Ortto before its activities.
 *
 * @throws Error when a subscription has a trigger that can't be read, or names no action of the destination.
 */
export async function* deliver(
  lines: AsyncIterable<Line>,
  destination: Destination<Settings>,
  settings: Settings,
  subscriptions: readonly Subscription[]
): AsyncGenerator<Verdict> {
  const mappings = subscriptions.map((subscription) => readMapping(subscription, destination))
  let window: Line[] = []
  for await (const line of lines) {
    window.push(line)
    if (window.length === WINDOW) {
      yield* await deliverWindow(window, destination, settings, mappings)
      window = []
    }
  }
  yield* await deliverWindow(window, destination, settings, mappings)
}

function readMapping(subscription: Subscription, destination: Destination<Settings>): Mapping {
  const { subscribe, partnerAction, name = partnerAction } = subscription
  const trigger = parseFql(subscribe)
  if ('error' in trigger) {
    throw new Error(`The trigger of the mapping "${name}" cannot be read (${subscribe}): ${trigger.error.message}`)
  }
  if (!Object.keys(destination.actions).includes(partnerAction)) {
    throw new Error(`The mapping "${name}" names an action that there is not: ${partnerAction}`)
  }
  return { ...subscription, trigger }
}

async function deliverWindow(
  lines: readonly Line[],
  destination: Destination<Settings>,
  settings: Settings,
  mappings: readonly Mapping[]
): Promise<Verdict[]> {
  const verdicts = new Map<number, Verdict[]>(lines.map(({ line }) => [line, []]))
  for (const { trigger, ...subscription } of mappings) {
    const taken = lines.flatMap((line) => ('event' in line && validate(trigger, line.event) ? [line] : []))
    const events = taken.map(({ event }) => event)
    const results = events.length > 0 ? await sendBatch(events, destination, { ...settings, subscription }) : []
    taken.forEach(({ line, event }, index) =>
      verdicts.get(line)?.push({ line, event, mapping: subscription.name, ...results[index] })
    )
  }
  return lines.flatMap((line) => {
    const found = verdicts.get(line.line) ?? []
    return found.length > 0 ? found : [untaken(line)]
  })
}

function untaken(line: Line): Verdict {
  return 'event' in line
    ? { ...line, message: 'No mapping takes this event, so it was not sent.', sent: false }
    : { line: line.line, status: 400, message: line.problem, sent: false }
}

type Result = Pick<Verdict, 'status' | 'message' | 'sent'>

async function sendBatch(
  events: SegmentEvent[],
  destination: Destination<Settings>,
  settings: JSONObject
): Promise<Result[]> {
  try {
    const [{ multistatus = [] }] = await destination.onBatch(events, settings)
    return multistatus.map((node) => ({
      status: node.status,
      message: 'errormessage' in node ? node.errormessage : textOf(node.body),
      sent: isSent(node.sent)
    }))
  } catch (error) {
    // The destination never throws for a batch. The framework does, before anything is sent, when it can't map one of
    // the events. Alone, that event fails alone.
    if (events.length === 1) {
      const reason = error instanceof Error ? error.message : String(error)
      return [{ status: 400, message: `Segment's framework refuses this event: ${reason}`, sent: false }]
    }
    const half = Math.ceil(events.length / 2)
    const first = await sendBatch(events.slice(0, half), destination, settings)
    return [...first, ...(await sendBatch(events.slice(half), destination, settings))]
  } finally {
    // The framework keeps every response that it ever saw, for its tests.
    destination.responses.length = 0
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

/** An event that the destination ignored has nothing in `sent`; one that was refused before sending has no `sent`. */
function isSent(sent: unknown): boolean {
  return typeof sent === 'object' && sent !== null && Object.keys(sent).length > 0
}
