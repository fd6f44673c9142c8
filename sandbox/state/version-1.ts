import { z } from 'zod'
import type { HistoryEntry } from '../model/records'
import { MAX_LOG_ENTRIES } from '../rules'
import { ActivityState, ContactState, LogEntryState } from './schema'
import { StateVersion2 } from './version-2'

/** A state of version 1: it had no version and no codes, and a contact's history was a list of texts. */
export const StateVersion1 = StateVersion2.omit({ version: true, clockOffsetMs: true }).extend({
  clockAhead: StateVersion2.shape.clockOffsetMs,
  contacts: z.array(ContactState.omit({ history: true }).extend({ story: z.array(z.string()) })),
  activities: z.array(ActivityState.omit({ reasonCode: true })),
  log: z.array(LogEntryState.omit({ code: true, cause: true, key: true, field: true })).max(MAX_LOG_ENTRIES)
})

/** Converts a state of version 1 to one of version 2. Its decisions have the code `earlier`. */
export function upgradeVersion1({
  clockAhead,
  ...state
}: z.infer<typeof StateVersion1>): z.infer<typeof StateVersion2> {
  return {
    version: 2,
    clockOffsetMs: clockAhead,
    ...state,
    contacts: state.contacts.map(({ story, ...contact }) => ({
      ...contact,
      history: story.map((line) => toHistoryEntry(line, contact.changedAt))
    })),
    activities: state.activities.map(({ reason, ...activity }) => ({ ...activity, reasonCode: 'earlier', reason })),
    log: state.log.map(({ time, status, message, item }) => ({ time, status, code: 'earlier', message, item }))
  }
}

/** `2026-03-10T12:00:00.000Z Created: …`, and with `Contact 2: ` before it when it happened to a merged contact. */
const HISTORY_LINE = /^(?:Contact (\d+): )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([^]*)$/

function toHistoryEntry(line: string, changedAt: number): HistoryEntry {
  const [, from, at = new Date(changedAt).toISOString(), text = line] = HISTORY_LINE.exec(line) ?? []
  return { at, code: 'earlier', text, ...(from === undefined ? {} : { from: Number(from) }) }
}
