import { z } from 'zod'
import { AccountFile } from './account-file'

/** Everything that an account holds, as JSON: what an export gives and an import takes. */

const count = z.number().int().nonnegative()
const identifier = z.strictObject({ kind: z.string(), value: z.string() })
const values = z.array(z.tuple([z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])]))

const activity = z.strictObject({
  event: z.string(),
  timestamp: z.iso.datetime(),
  attributes: values,
  ids: z.array(identifier),
  state: z.enum(['attached', 'waiting', 'discarded']),
  reason: z.string()
})

const contact = z.strictObject({
  number: count,
  ids: z.array(identifier),
  fields: values,
  ip: z.string().optional(),
  location: z
    .strictObject({
      country: z.string().optional(),
      state: z.string().optional(),
      city: z.string().optional(),
      post_code: z.string().optional()
    })
    .optional(),
  memberships: z.array(
    z.tuple([
      z.string(),
      z.strictObject({ isMember: z.boolean(), isWanted: z.boolean(), leftAt: z.number().optional() })
    ])
  ),
  /** Positions in the list of activities */
  activities: z.array(count),
  backlogDays: z.array(z.tuple([z.string(), count])),
  changedAt: z.number(),
  story: z.array(z.string())
})

/** Minutes since 1970, with what was used in each */
const usage = z.array(z.tuple([count, count]))

export const State = z
  .strictObject({
    /** Milliseconds by which the clock is ahead of real time */
    clockAhead: z.number().nonnegative(),
    account: AccountFile,
    audiences: z.array(z.strictObject({ id: z.string(), name: z.string(), isFromSegment: z.boolean() })),
    nextSynchronization: z.number(),
    contactsCreated: count,
    contacts: z.array(contact),
    activities: z.array(activity),
    fingerprints: z.array(z.string()),
    log: z.array(z.strictObject({ time: z.iso.datetime(), status: count, message: z.string(), item: z.unknown() })),
    samples: z.strictObject({
      contacts: z.array(z.unknown()),
      activities: z.array(z.tuple([z.string(), z.array(z.unknown())]))
    }),
    usage: z.strictObject({ identify: usage, track: usage })
  })
  .superRefine(({ contacts, activities }, context) =>
    contacts.forEach((one, index) =>
      one.activities
        .filter((position) => position >= activities.length)
        .forEach((position) =>
          context.addIssue({
            code: 'custom',
            path: ['contacts', index, 'activities'],
            message: `there is no activity ${position}`
          })
        )
    )
  )
export type State = z.infer<typeof State>
