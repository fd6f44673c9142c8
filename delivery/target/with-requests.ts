import type { ActionDefinition, DestinationDefinition, RequestClient } from '@segment/actions-core'

/** Wraps the function with which a destination makes its requests. */
export type WrapRequest = (request: RequestClient) => RequestClient

/** The same destination, but each of its requests, of actions, hooks and the authentication test, is made by `wrap`. */
export function withRequests<Settings>(
  definition: DestinationDefinition<Settings>,
  wrap: WrapRequest
): DestinationDefinition<Settings> {
  const { authentication, actions } = definition
  const test = authentication?.testAuthentication
  return {
    ...definition,
    authentication: authentication && {
      ...authentication,
      testAuthentication: test && ((request, input) => test(wrap(request), input))
    },
    actions: Object.fromEntries(Object.entries(actions).map(([key, action]) => [key, wrapAction(action, wrap)]))
  }
}

function wrapAction<Settings>(action: ActionDefinition<Settings>, wrap: WrapRequest): ActionDefinition<Settings> {
  const { perform, performBatch, hooks = {} } = action
  return {
    ...action,
    perform: (request, input): unknown => perform(wrap(request), input),
    performBatch: performBatch && ((request, input) => performBatch(wrap(request), input)),
    hooks: Object.fromEntries(Object.entries(hooks).map(([type, hook]) => [type, wrapHook(hook, wrap)]))
  }
}

type Hook<Settings> = NonNullable<NonNullable<ActionDefinition<Settings>['hooks']>['onMappingSave']>

function wrapHook<Settings>(hook: Hook<Settings>, wrap: WrapRequest): Hook<Settings> {
  return { ...hook, performHook: (request, input) => hook.performHook(wrap(request), input) }
}
