import type { InferResponseType } from 'hono/client'
import type { api } from '../client'

/** What the server tells about itself and the destination. */
export type Setup = InferResponseType<typeof api.setup.$get>
export type Action = Setup['actions'][number]
export type Field = Action['fields'][number]
