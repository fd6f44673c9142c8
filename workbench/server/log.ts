import type { LogEntry, Sandbox } from '../../sandbox'
import type { Causes, ContactUpdate, ItemPlace } from './causes'
import type { TraceSummary } from './trace'
import type { Traces } from './traces'

/** An event on this page: its view, and the ID of its trace. */
export interface EventLink {
  view: 'try' | 'live'
  id: string
}

/** An entry of the error log of Ortto, or an event that was rejected before it was sent there. */
export interface ShownLogEntry extends Omit<LogEntry, 'code'> {
  /** `before_sending`: Ortto never got the event. */
  code: LogEntry['code'] | 'before_sending'
  /** The event. Undefined when it is no longer stored, or came from elsewhere. */
  event?: EventLink
}

/** The traces of the two views */
interface AllTraces {
  tried: Traces
  live: Traces
}

/** Events rejected before sending that are listed */
const MAX_UNSENT = 500

/** The error log with the events rejected before they were sent, oldest first. */
export function listLog(sandbox: Sandbox, causes: Causes, traces: AllTraces): ShownLogEntry[] {
  const entries = sandbox.account.log
    .entries()
    .map((entry): ShownLogEntry => ({ ...entry, event: findEvent(causes.placeOf(entry), traces) }))
  return [...entries, ...listUnsent(traces)].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
}

/** The updates of a contact with their events, oldest first. */
export function listUpdates(
  causes: Causes,
  traces: AllTraces,
  contact: number
): (Omit<ContactUpdate, 'place'> & { event?: EventLink })[] {
  return causes.updatesOf(contact).map(({ place, ...update }) => ({ ...update, event: findEvent(place, traces) }))
}

function findEvent(place: ItemPlace | undefined, traces: AllTraces): EventLink | undefined {
  for (const view of ['tried', 'live'] as const) {
    const id = place && traces[view].findByPlace(place)
    if (id !== undefined) {
      return toLink(view, id)
    }
  }
  return undefined
}

function listUnsent(traces: AllTraces): ShownLogEntry[] {
  return (['tried', 'live'] as const).flatMap((view) =>
    traces[view]
      .summaries()
      .flatMap((summary) => reasonsOf(summary).map((reason) => toEntry(summary, reason, toLink(view, summary.id))))
      .slice(-MAX_UNSENT)
  )
}

/** Why an event was rejected before it was sent, for each mapping; or why it is not an event. */
function reasonsOf({ results, note, skipped }: TraceSummary): { status: number; message: string }[] {
  const reasons = results.filter(({ outcome, wasSent }) => outcome === 'rejected' && !wasSent)
  return note !== undefined && skipped === undefined ? [{ status: 400, message: note }] : reasons
}

function toEntry(
  { time, type, event, user, messageId }: TraceSummary,
  { status, message }: { status: number; message: string },
  link: EventLink
): ShownLogEntry {
  return { time, status, code: 'before_sending', message, item: { type, event, user, messageId }, event: link }
}

function toLink(view: 'tried' | 'live', id: string): EventLink {
  return { view: view === 'tried' ? 'try' : 'live', id }
}
