import { Response } from '@segment/actions-core'
import type { DestinationDefinition, ModifiedResponse } from '@segment/actions-core'
import { withRequests } from './with-requests'

/** The same destination, but nothing is sent: each request gets a response as if Ortto accepted everything. */
export function dryRun<Settings>(definition: DestinationDefinition<Settings>): DestinationDefinition<Settings> {
  return withRequests(
    definition,
    () =>
      <Data>() =>
        Promise.resolve(acceptedResponse<Data>())
  )
}

/** A response `{}`, as the framework's request client returns it. */
function acceptedResponse<Data>(): ModifiedResponse<Data> {
  return Object.assign(new Response('{}'), { content: '{}', data: {} }) as ModifiedResponse<Data>
}
