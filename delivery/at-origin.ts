import type { ActionDefinition, DestinationDefinition, RequestClient } from '@segment/actions-core'

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
  const redirected =
    (request: RequestClient): RequestClient =>
    (url, options) => {
      const { pathname, search } = new URL(url)
      return request(`${target}${pathname}${search}`, options)
    }

  const { authentication, actions } = definition
  const test = authentication?.testAuthentication
  return {
    ...definition,
    authentication: authentication && {
      ...authentication,
      testAuthentication: test && ((request, input) => test(redirected(request), input))
    },
    actions: Object.fromEntries(
      Object.entries(actions).map(([key, action]) => [key, redirectAction(action, redirected)])
    )
  }
}

function redirectAction<Settings>(
  action: ActionDefinition<Settings>,
  redirected: (request: RequestClient) => RequestClient
): ActionDefinition<Settings> {
  const { perform, performBatch, hooks } = action
  const hook = hooks?.onMappingSave
  return {
    ...action,
    perform: (request, input): unknown => perform(redirected(request), input),
    performBatch: performBatch && ((request, input) => performBatch(redirected(request), input)),
    hooks: hooks && {
      ...hooks,
      onMappingSave: hook && { ...hook, performHook: (request, input) => hook.performHook(redirected(request), input) }
    }
  }
}
