import type { ItemResult } from './types'
import { ORTTO_API_VERSION } from './versioning-info'

/** `<environment><region>-<secret>`: the first three letters tell where the account lives, `p` is production. */
const API_KEY = /^([ps])([a-z]{2})-[\x21-\x7e]+$/

/** Ortto's keys are much shorter. Without a limit, a pasted file would go into every header. */
const MAX_API_KEY_LENGTH = 200

export const WHERE_TO_FIND_THE_KEY =
  'Copy the API key from Ortto (CDP > Data Sources > your Segment (Actions) data source) and paste it into the API Key setting of this destination.'

export const MALFORMED_KEY: ItemResult = {
  status: 401,
  code: 'malformed_api_key',
  message: `The API key is not an Ortto API key. ${WHERE_TO_FIND_THE_KEY}`
}

/** An API key as it is sent, and the address of the Ortto account that it opens. */
interface OrttoAccount {
  apiKey: string
  /** For example `https://segment-action-api-au.ortto.app/v1` */
  baseUrl: string
}

/**
 * Reads an API key. White space around it, a common slip when pasting, is removed.
 * Undefined when it is not an Ortto key: that must not become a host name, and not a header either, because the error
 * about an invalid header quotes it.
 */
export function parseApiKey(apiKey: unknown): OrttoAccount | undefined {
  const trimmed = typeof apiKey === 'string' ? apiKey.trim() : ''
  const match = trimmed.length > MAX_API_KEY_LENGTH ? null : API_KEY.exec(trimmed)
  if (!match) {
    return undefined
  }
  const [, environment, region] = match
  const domain = environment === 'p' ? 'ortto.app' : 'ortto-stg.app'
  return { apiKey: trimmed, baseUrl: `https://segment-action-api-${region}.${domain}/${ORTTO_API_VERSION}` }
}
