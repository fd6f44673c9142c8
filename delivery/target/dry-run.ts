import { Response } from '@segment/actions-core'
import type { DestinationDefinition, ModifiedResponse } from '@segment/actions-core'
import { withRequests } from './with-requests'

/** The same destination, but nothing is sent: each request is answered at once, as if Ortto took everything. */
export function dryRun<Settings>(definition: DestinationDefinition<Settings>): DestinationDefinition<Settings> {
  return withRequests(
    definition,
    () =>
      <Data>() =>
        Promise.resolve(takenBy<Data>())
  )
}

/** What the framework's request client makes of an answer `{}`. */
function takenBy<Data>(): ModifiedResponse<Data> {
  return Object.assign(new Response('{}'), { content: '{}', data: {} }) as ModifiedResponse<Data>
}
