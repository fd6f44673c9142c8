import type { Outcome } from './types'
import { ORTTO_API_VERSION } from './versioning-info'

/** `<environment><region>-<secret>`: the first three letters tell where the account lives. */
const API_KEY = /^([ps])([a-z]{2})-[\x21-\x7e]+$/

const DOMAINS: Record<string, string> = { p: 'ortto.app', s: 'ortto-stg.app' }

export const WHERE_TO_FIND_THE_KEY =
  'Copy the API key from Ortto (CDP > Data Sources > your Segment (Actions) data source) and paste it into the API Key setting of this destination.'

export const MALFORMED_KEY: Outcome = {
  status: 401,
  message: `The API key is not an Ortto API key. ${WHERE_TO_FIND_THE_KEY}`
}

/** What an API key says: itself, as it is sent, and the address of the Ortto account that it opens. */
interface OrttoAccount {
  apiKey: string
  /** For example `https://segment-action-api-au.ortto.app/v1` */
  baseUrl: string
}

/**
 * Reads an API key. White space around it, a common slip when pasting, is taken off.
 * Undefined when it is not an Ortto key: that must not become a host name, and not a header either, because the error
 * about an invalid header quotes it.
 */
export function parseApiKey(apiKey: unknown): OrttoAccount | undefined {
  const trimmed = typeof apiKey === 'string' ? apiKey.trim() : ''
  const match = API_KEY.exec(trimmed)
  if (!match) {
    return undefined
  }
  const [, environment, region] = match
  return {
    apiKey: trimmed,
    baseUrl: `https://segment-action-api-${region}.${DOMAINS[environment]}/${ORTTO_API_VERSION}`
  }
}
