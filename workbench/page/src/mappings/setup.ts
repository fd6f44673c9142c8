import type { InferResponseType } from 'hono/client'
import type { api } from '../client'

/** Information about the server and the destination. */
export type Setup = InferResponseType<typeof api.setup.$get>
export type Action = Setup['actions'][number]
export type Field = Action['fields'][number]
