import { z } from 'zod'

/** What Ortto takes and gives, as its side of the wire checks it. */

/** Traits or properties, as they were sent */
const values = z.record(z.string(), z.unknown())
export type Values = z.infer<typeof values>
const id = z.string().optional()

/** The parts of a location. */
export const Location = z.object({
  country: z.string().optional(),
  state: z.string().optional(),
  city: z.string().optional(),
  post_code: z.string().optional()
})

const contact = z.object({
  timestamp: z.string().optional(),
  message_id: id,
  user_id: id,
  anonymous_id: id,
  ip: z
    .string()
    .optional()
    .transform((ip) => ip || undefined),
  location: Location.optional().transform((location) =>
    location && Object.keys(location).length > 0 ? location : undefined
  ),
  traits: values.optional(),
  audience: z.object({ mode: z.enum(['add', 'remove']), id: z.string() }).optional()
})

/** One item of `POST /v1/identify`. */
export const ContactItem = contact.refine(hasId, 'one of user_id and anonymous_id is needed')
export type ContactItem = z.infer<typeof contact>

/** One item of `POST /v1/track`. */
export const ActivityItem = contact
  .extend({ event: z.string().min(1), properties: values.optional() })
  .refine(hasId, 'one of user_id and anonymous_id is needed')
export type ActivityItem = z.infer<typeof ActivityItem>

function hasId(item: { user_id?: string; anonymous_id?: string }): boolean {
  return Boolean(item.user_id) || Boolean(item.anonymous_id)
}

/** The body of `POST /v1/audiences/create`. */
export const AudienceRequest = z.object({ name: z.string().min(1) })

/** What became of one item. */
export interface ItemAnswer {
  status: 200 | 206 | 400 | 422 | 429
  message: string
}
