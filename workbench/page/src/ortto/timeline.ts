import type { ShownActivity, ShownContact } from '../../../../sandbox'

/** One thing that happened to a contact: a line of its story, or an activity. */
export interface Moment {
  /** ISO 8601; of an activity its own timestamp, which may be older than the contact */
  time: string
  text: string
  activity?: ShownActivity
}

/** `2026-03-10T12:00:00.000Z Created: …`; of a contact that was merged `Contact 2: 2026-…` */
const STORY_LINE = /^(Contact \d+: )?(\d{4}-\d\d-\d\dT[\d:.]+Z) ([^]*)$/

/** What happened to a contact, the newest first. */
export function timelineOf({ story, activities }: Pick<ShownContact, 'story' | 'activities'>): Moment[] {
  const moments: Moment[] = [
    ...story.map((line) => {
      const [, from = '', time = '', text = line] = STORY_LINE.exec(line) ?? []
      return { time, text: from + text }
    }),
    ...activities.map((activity) => ({ time: activity.timestamp, text: activity.event, activity }))
  ]
  return moments.reverse().sort((one, other) => (one.time < other.time ? 1 : one.time > other.time ? -1 : 0))
}
