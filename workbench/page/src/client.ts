import { hc } from 'hono/client'
import type { ClientResponse } from 'hono/client'

import type { ControlApi } from '../../../sandbox'
import type { Api } from '../../server/api'

/** No form of another page can send this. */
const options = { headers: { 'content-type': 'application/json' } }

/** The workbench's own API */
export const api = hc<Api>('/api', options)

/** The local Ortto's control API */
export const ortto = hc<ControlApi>('/sandbox', options)

/**
 * The answer's content.
 * @throws Error with the server's own words when it refused, or when there is no server
 */
export async function read<Content>(answer: Promise<ClientResponse<Content>>): Promise<Content> {
  const response = await answer.catch(() => {
    throw new Error('The workbench does not answer. Is it still running?')
  })
  if (response.ok) {
    return (await response.json()) as Content
  }
  throw new Error(messageIn(await response.text()) ?? `The workbench answered ${response.status}.`)
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
