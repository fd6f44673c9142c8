import type { DestinationDefinition } from '@segment/actions-core'
import { withRequests } from './with-requests'

/**
 * The same destination, but every request that it makes goes to another origin, with the same path, headers and body.
 * This is how a local Ortto gets what the real one would get: the destination itself has no switch for it.
 *
 * @param origin for example `http://127.0.0.1:8030`
 * @throws TypeError when the origin is not a URL
 */
export function atOrigin<Settings>(
  definition: DestinationDefinition<Settings>,
  origin: string
): DestinationDefinition<Settings> {
  const target = new URL(origin).origin
  return withRequests(definition, (request) => (url, options) => {
    const { pathname, search } = new URL(url)
    return request(`${target}${pathname}${search}`, options)
  })
}
