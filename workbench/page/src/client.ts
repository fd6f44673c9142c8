import { hc } from 'hono/client'
import type { ClientResponse } from 'hono/client'

import type { ControlApi } from '../../../sandbox'
import type { Api } from '../../server/api'

/** Forms of other pages cannot send this content type. */
const options = { headers: { 'content-type': 'application/json' } }

/** The workbench's own API */
export const api = hc<Api>('/api', options)

/** The local Ortto's control API */
export const ortto = hc<ControlApi>('/sandbox', options)

/**
 * Reads the content of a response.
 * @throws Error with the server's message when the request was rejected, or when the server cannot be reached
 */
export async function read<Content>(request: Promise<ClientResponse<Content>>): Promise<Content> {
  const response = await request.catch(() => {
    throw new Error('The workbench does not respond. Check that it is running.')
  })
  if (response.ok) {
    return (await response.json()) as Content
  }
  throw new Error(messageIn(await response.text()) ?? `The workbench responded with status ${response.status}.`)
}

function messageIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const message = typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
