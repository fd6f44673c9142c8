import type { Outcome } from './types'
import { ORTTO_API_VERSION } from './versioning-info'

/** `<environment><region>-<secret>`: the first three letters tell where the account lives, `p` is production. */
const API_KEY = /^([ps])([a-z]{2})-[\x21-\x7e]+$/

/** A secret of fewer characters could be a word of a message, and is masked only as part of the whole key. */
const MIN_SECRET_LENGTH = 8

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
  const domain = environment === 'p' ? 'ortto.app' : 'ortto-stg.app'
  return { apiKey: trimmed, baseUrl: `https://segment-action-api-${region}.${domain}/${ORTTO_API_VERSION}` }
}

/** Finds the key in a text, and its secret alone, in whatever way an answer writes them. */
export function patternOfKey(apiKey: string): RegExp {
  const start = apiKey.indexOf('-') + 1
  const prefix = spellings(apiKey.slice(0, start))
  const secret = spellings(apiKey.slice(start))
  return new RegExp(apiKey.length - start < MIN_SECRET_LENGTH ? prefix + secret : `(?:${prefix})?${secret}`, 'gi')
}

const HTML_NAMES = new Map([
  ['&', 'amp'],
  ['<', 'lt'],
  ['>', 'gt'],
  ['"', 'quot'],
  ["'", 'apos']
])

/** A pattern for visible ASCII: each character as it is, or as JSON, a URL or HTML writes it. */
function spellings(text: string): string {
  return text.replace(/./g, (character) => {
    const code = character.charCodeAt(0)
    const hex = code.toString(16)
    const html = `&(?:#0*${code}|#x0*${hex}|${HTML_NAMES.get(character) ?? `#${code}`});`
    return `(?:\\\\?\\x${hex}|\\\\u00${hex}|%${hex}|${html})`
  })
}
