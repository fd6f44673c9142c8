import { z } from 'zod'
import { AccountFile } from '../model/account-file'
import { ACTIVITY_CODES, HISTORY_CODES, ITEM_CODES, LOG_CODES } from '../model/codes'
import { LocationSchema } from '../model/items'
import { LAST_CLOCK_TIME_MS, MAX_LOG_ENTRIES, USAGE_STEP_MS } from '../rules'

const count = z.number().int().nonnegative()
/** Milliseconds since 1970 */
const time = z.number().nonnegative().max(LAST_CLOCK_TIME_MS)
const identifier = z.strictObject({ kind: z.string(), value: z.string() })
const values = z.array(z.tuple([z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])]))

export const ActivityState = z.strictObject({
  event: z.string(),
  timestamp: z.iso.datetime(),
  attributes: values,
  ip: z.string().optional(),
  location: z.strictObject(LocationSchema.shape).optional(),
  ids: z.array(identifier),
  state: z.enum(['attached', 'waiting', 'discarded']),
  reasonCode: z.enum(ACTIVITY_CODES),
  reason: z.string()
})

const historyEntry = z.strictObject({
  at: z.iso.datetime(),
  code: z.enum(HISTORY_CODES),
  text: z.string(),
  from: count.optional()
})

export const ContactState = z.strictObject({
  number: count,
  ids: z.array(identifier),
  fields: values,
  ip: z.string().optional(),
  location: z.strictObject(LocationSchema.shape).optional(),
  memberships: z.array(
    z.tuple([
      z.string(),
      z.strictObject({ isMember: z.boolean(), isWanted: z.boolean(), updatedAt: time, leftAt: time.optional() })
    ])
  ),
  /** Positions in the list of activities */
  activities: z.array(count),
  backlogDays: z.array(z.tuple([z.string(), count])),
  changedAt: time,
  history: z.array(historyEntry)
})

export const LogEntryState = z.strictObject({
  time: z.iso.datetime(),
  status: count,
  code: z.enum(LOG_CODES),
  message: z.string(),
  item: z.unknown(),
  cause: z.enum(ITEM_CODES).optional(),
  key: z.string().optional(),
  field: z.string().optional()
})

/** Minutes since 1970, with the usage in each */
const usage = z
  .array(z.tuple([count.max(LAST_CLOCK_TIME_MS / USAGE_STEP_MS), count]))
  .refine((minutes) => minutes.every(([minute], index) => index === 0 || minute > minutes[index - 1][0]), {
    message: 'the minutes are not in order'
  })

/** A state that is not checked for contradictions. */
export const StateShape = z.strictObject({
  version: z.literal(3),
  /** Milliseconds between real time and the sandbox's clock */
  clockOffsetMs: time,
  account: AccountFile,
  audiences: z.array(z.strictObject({ id: z.string(), name: z.string(), isFromSegment: z.boolean() })),
  nextSynchronization: time,
  contactsCreated: count,
  contacts: z.array(ContactState),
  activities: z.array(ActivityState),
  fingerprints: z.array(z.string()),
  log: z.array(LogEntryState).max(MAX_LOG_ENTRIES),
  samples: z.strictObject({
    contacts: z.array(z.unknown()),
    activities: z.array(z.tuple([z.string(), z.array(z.unknown())])),
    firstIdentifyAt: z.iso.datetime().optional()
  }),
  usage: z.strictObject({ identify: usage, track: usage })
})
export type State = z.infer<typeof StateShape>
