import type { InferResponseType } from 'hono/client'
import type { ActivityJson, ContactJson } from '../../../../sandbox'
import type { api } from '../client'

/** An entry of a contact's timeline: an entry of its history, or an activity. */
export interface TimelineEntry {
  /** ISO 8601. An activity has its own timestamp, which may be older than the contact. */
  time: string
  text: string
  activity?: ActivityJson
  /** Only for an event that set ids or fields */
  update?: Update
}

export type Update = InferResponseType<typeof api.contacts[':number']['updates']['$get']>[number]

/** The history, the updates and the activities of a contact, newest first. */
export function timelineOf(
  { history, activities }: Pick<ContactJson, 'history' | 'activities'>,
  updates: readonly Update[]
): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    ...history.map(({ at, text, from }) => ({
      time: at,
      text: from === undefined ? text : `Contact ${from}: ${text}`
    })),
    ...updates.map((update) => ({ time: update.time, text: 'An event set the', update })),
    ...activities.map((activity) => ({ time: activity.timestamp, text: activity.event, activity }))
  ]
  return entries.reverse().sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
}
