import { Response } from '@segment/actions-core'
import type { DestinationDefinition, ModifiedResponse, RequestOptions } from '@segment/actions-core'
import { isRecord } from '../../src/values'
import { withRequests } from './with-requests'

/** The same destination, but nothing is sent: each request gets a response as if Ortto accepted everything. */
export function dryRun<Settings>(definition: DestinationDefinition<Settings>): DestinationDefinition<Settings> {
  return withRequests(
    definition,
    () =>
      <Data>(url: string, options?: RequestOptions) =>
        Promise.resolve(acceptedResponse<Data>(bodyFor(url, options)))
  )
}

/** What Ortto would respond with: the audience that is asked for, with an id that shows its name, or nothing. */
function bodyFor(url: string, options?: RequestOptions): object {
  const isAudience = new URL(url).pathname.endsWith('/audiences/create')
  return isAudience && isRecord(options?.json)
    ? { id: `dry run: ${String(options.json.name)}`, name: options.json.name }
    : {}
}

/** A response of JSON, as the framework's request client returns it. */
function acceptedResponse<Data>(body: object): ModifiedResponse<Data> {
  const content = JSON.stringify(body)
  return Object.assign(new Response(content), { content, data: body }) as ModifiedResponse<Data>
}
