import { isDeepStrictEqual } from 'util'
import type { ContactSummary, LogEntry, ProcessedItem, Sandbox } from '../../sandbox'

/** An item of a request to Ortto. */
export interface ItemPlace {
  /** The request's header `x-request-id` */
  requestId: string
  /** The item's position in the request */
  index: number
}

/** One item that created or changed a contact. */
export interface ContactUpdate {
  contact: number
  /** By the clock of the local Ortto, in ISO 8601 */
  time: string
  isCreated: boolean
  /** The ids and fields that it set, with their values */
  set: [name: string, value: unknown][]
  /** Undefined when another program sent the item. */
  place?: ItemPlace
}

/** Updates of contacts that are kept. The oldest are deleted first. */
const MAX_UPDATES = 10_000

/** Which items caused the entries of the error log and changed the contacts, since the workbench was started. */
export class Causes {
  private readonly places = new WeakMap<LogEntry, ItemPlace>()
  /** A reset of the local Ortto replaces its account. */
  private readonly updates = new WeakMap<Sandbox['account'], ContactUpdate[]>()

  constructor(private readonly sandbox: Sandbox) {}

  /** Call this as soon as an item was processed: its log entries are the last ones then. */
  add({ requestId, index, log, contact }: ProcessedItem): void {
    const { account } = this.sandbox
    const place = requestId === undefined ? undefined : { requestId, index }
    if (place && log.length > 0) {
      account.log
        .entries()
        .slice(-log.length)
        .forEach((entry) => this.places.set(entry, place))
    }
    if (!contact) {
      return
    }
    const { before, after, merged } = contact
    const updates = this.updates.get(account) ?? []
    this.updates.set(account, updates)
    if (merged.length > 0) {
      updates.filter((update) => merged.includes(update.contact)).forEach((update) => (update.contact = after.number))
    }
    const set = findSet(before, after)
    if (set.length > 0) {
      updates.push({ contact: after.number, time: after.changedAt, isCreated: before === undefined, set, place })
      updates.splice(0, updates.length - MAX_UPDATES)
    }
  }

  /** The item that caused an entry of the error log. Undefined when another program sent it, or before the start. */
  placeOf(entry: LogEntry): ItemPlace | undefined {
    return this.places.get(entry)
  }

  /** The updates of a contact, oldest first. */
  updatesOf(contact: number): ContactUpdate[] {
    return (this.updates.get(this.sandbox.account) ?? []).filter((update) => update.contact === contact)
  }
}

function findSet(before: ContactSummary | undefined, after: ContactSummary): [string, unknown][] {
  const old = new Map(before && valuesOf(before))
  return valuesOf(after).filter(([name, value]) => value !== undefined && !isDeepStrictEqual(old.get(name), value))
}

function valuesOf({ ids, fields, location, ip }: ContactSummary): [string, unknown][] {
  return [
    ...ids.map(({ kind, value }): [string, unknown] => [kind, value]),
    ...Object.entries(fields),
    ['location', location],
    ['IP address', ip]
  ]
}
