import type { Account, Sandbox } from '../sandbox'
import { serve } from '../sandbox/http/serve'
import type { Settings } from '../src/generated-types'
import { UsageError } from './command'
import { readKey } from './key'

/** Where a command sends events. */
export interface Target {
  /** For messages */
  name: string
  /** `to` of a delivery */
  to: string
  settings: Settings
  /** The account of the embedded sandbox */
  account?: Account
  /** Not part of this process */
  isRemote?: boolean
  close: () => Promise<void>
}

/** Starts a temporary local Ortto. */
export async function embeddedSandbox({ app, apiKey, account }: Sandbox): Promise<Target> {
  const { origin, close } = await serve(app)
  return {
    name: `a temporary local Ortto at ${origin}`,
    to: origin,
    settings: { api_key: apiKey },
    account,
    close
  }
}

/**
 * The real Ortto, or the one at a URL.
 * @param others the values that the option accepts besides a URL
 * @throws UsageError when the target cannot be used, or there is no API key
 */
export async function remoteTarget(to: string, keyFile: string | undefined, others = 'ortto'): Promise<Target> {
  const origin = to === 'ortto' ? to : originOf(to, others)
  const settings = { api_key: await readKey(keyFile) }
  return {
    name: to === 'ortto' ? 'Ortto' : origin,
    to: origin,
    settings,
    isRemote: true,
    close: () => Promise.resolve()
  }
}

/**
 * Every request contains the API key, so http is allowed on this machine only. Errors do not repeat the argument,
 * because it may be the key.
 */
function originOf(to: string, others: string): string {
  let url: URL
  try {
    url = new URL(to)
  } catch {
    throw new UsageError(`--to must be ${others} or a URL such as http://127.0.0.1:8030.`)
  }
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw new UsageError(`--to must use https, or http on this machine, so that the API key is not sent in the clear.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('--to must not contain a user name or password.')
  }
  return url.origin
}
