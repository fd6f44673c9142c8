import { Destination } from '@segment/actions-core'
import type { RequestClient, RequestOptions } from '@segment/actions-core'
import { errorMessage } from '../common/error-message'
import { AudienceError, connectAudiences, definitionFor } from '../delivery'
import type { Mapping } from '../delivery'
import { withRequests } from '../delivery/target/with-requests'
import type { Settings } from '../src/generated-types'
import { isRetryable } from '../src/results'
import { endSentence } from '../src/values'
import { UnavailableError, UsageError } from './command'
import { printable } from './table'
import type { Target } from './target'

/** What a target said to `/me`: why it did not accept the key, and whether it was reached. */
interface Probe {
  /** A sentence */
  reason: string
  /** Undefined when there was no response, or no request was made */
  status?: number
  /** There was no connection, or no response. */
  isUnavailable: boolean
}

/** Asks the target for `/me`, through the destination. Undefined when it accepts the key. */
export async function probeTarget({ to, name, settings }: Target): Promise<Probe | undefined> {
  let status: number | undefined
  let isUnavailable = false
  const observe =
    (request: RequestClient): RequestClient =>
    async <Data>(url: string, options?: RequestOptions) => {
      isUnavailable = true
      const response = await request<Data>(url, options)
      isUnavailable = false
      status = response.status
      return response
    }
  const definition = withRequests(definitionFor(to), observe)
  const test = definition.authentication?.testAuthentication
  let cause: unknown
  // The framework says "Credentials are invalid" in front of every error.
  const testAuthentication: typeof test = async (request, input) => {
    try {
      return await test?.(request, input)
    } catch (error) {
      cause = error
      throw error
    }
  }
  const { authentication } = definition
  try {
    await new Destination<Settings>({
      ...definition,
      authentication: authentication && { ...authentication, testAuthentication }
    }).testAuthentication(settings)
    return undefined
  } catch (error) {
    const reason = `${printable(name)}: ${endSentence(printable(errorMessage(cause ?? error)))}`
    return { reason, status, isUnavailable }
  }
}

/**
 * Asks the target for `/me`, before anything is read. A target that has too much to do for now passes: the delivery
 * waits for it.
 * @throws UsageError when the key or the URL is wrong, UnavailableError when there is no connection
 */
export async function checkTarget(target: Target): Promise<void> {
  const probe = await probeTarget(target)
  if (!probe) {
    return
  }
  const { reason, status, isUnavailable } = probe
  if (isUnavailable) {
    throw new UnavailableError(
      `${reason} Nothing was sent. Check --to and the network, and run the same command again.`
    )
  }
  if (status === undefined || status === 401 || status === 403) {
    throw new UsageError(`${reason} Nothing was sent.`)
  }
  if (!isRetryable(status)) {
    throw new UsageError(`${reason} Nothing was sent. Check that --to is the URL of an Ortto server.`)
  }
}

/**
 * The mappings, with their named audiences connected at the target.
 * @param isByName false keeps the audience ids that the mappings have
 * @throws UsageError when an audience cannot be connected, UnavailableError when it cannot for now
 */
export async function connectMappings(
  mappings: readonly Mapping[],
  { to, settings }: Target,
  isByName = true
): Promise<Mapping[]> {
  try {
    return await connectAudiences(mappings, definitionFor(to), settings, { keepsIds: !isByName })
  } catch (error) {
    if (!(error instanceof AudienceError)) {
      throw error
    }
    const message = `${endSentence(printable(error.message))} Nothing was sent.`
    throw error.isTemporary ? new UnavailableError(`${message} Run the same command again.`) : new UsageError(message)
  }
}
