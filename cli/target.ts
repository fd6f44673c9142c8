import type { Account, Sandbox } from '../sandbox'
import { serve } from '../sandbox/http/serve'
import type { Settings } from '../src/generated-types'
import { UsageError } from './command'
import { readKey } from './key'

/** Where a command sends events. */
export interface Place {
  /** For people to read */
  name: string
  /** For a delivery */
  to: string
  settings: Settings
  /** What the embedded sandbox holds */
  account?: Account
  close: () => Promise<void>
}

/** A local Ortto of its own, which is gone at the end. */
export async function embeddedSandbox({ app, apiKey, account }: Sandbox): Promise<Place> {
  const { origin, close } = await serve(app)
  return {
    name: `a local Ortto at ${origin}, which is gone at the end`,
    to: origin,
    settings: { api_key: apiKey },
    account,
    close
  }
}

/**
 * The real Ortto, or the one at a URL.
 * @param others what the option takes beside a URL
 * @throws UsageError when it can't be used, or there is no key
 */
export async function remoteTarget(to: string, keyFile: string | undefined, others = 'ortto'): Promise<Place> {
  const origin = to === 'ortto' ? to : originOf(to, others)
  const settings = { api_key: await readKey(keyFile) }
  return { name: to === 'ortto' ? 'Ortto' : origin, to: origin, settings, close: () => Promise.resolve() }
}

/**
 * The key travels with every request, so only this machine is spoken to in the clear. No error repeats what was given:
 * it may be the key.
 */
function originOf(to: string, others: string): string {
  let url: URL
  try {
    url = new URL(to)
  } catch {
    throw new UsageError(`--to takes ${others} or a URL such as http://127.0.0.1:8030.`)
  }
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw new UsageError(`--to takes https, or http on this machine, so that the API key is not sent in the clear.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('--to takes no user name and no password.')
  }
  return url.origin
}
