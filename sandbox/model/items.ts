import { isIP } from 'net'
import { z } from 'zod'
import { MISSING_ID } from './sentences'
import { parseTimestamp } from './timestamps'

/** Traits or properties, as they were sent */
const values = z.record(z.string(), z.unknown())
export type Values = z.infer<typeof values>
const id = z.string().optional()

export const LocationSchema = z.object({
  country: z.string().optional(),
  state: z.string().optional(),
  city: z.string().optional(),
  post_code: z.string().optional()
})

const contact = z.object({
  timestamp: z
    .string()
    .refine((text) => text === '' || parseTimestamp(text) !== undefined, 'it is not a timestamp in ISO 8601')
    .optional(),
  message_id: id,
  user_id: id,
  anonymous_id: id,
  ip: z
    .string()
    .refine((ip) => ip === '' || isIP(ip) !== 0, 'it is not an IP address')
    .optional()
    .transform((ip) => ip || undefined),
  location: LocationSchema.optional().transform((location) =>
    location && Object.keys(location).length > 0 ? location : undefined
  ),
  traits: values.optional(),
  audience: z.object({ mode: z.enum(['add', 'remove']), id: z.string() }).optional()
})

/** One item of `POST /v1/identify`. */
export const ContactItem = contact.refine(hasId, MISSING_ID)
export type ContactItem = z.infer<typeof contact>

/** One item of `POST /v1/track`. */
export const ActivityItem = contact
  .extend({ event: z.string().min(1), properties: values.optional() })
  .refine(hasId, MISSING_ID)
export type ActivityItem = z.infer<typeof ActivityItem>

function hasId(item: { user_id?: string; anonymous_id?: string }): boolean {
  return Boolean(item.user_id) || Boolean(item.anonymous_id)
}
