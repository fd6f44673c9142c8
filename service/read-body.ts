import type { IncomingMessage } from 'http'
import { GunzipError, gunzipLimited } from '../common/gunzip'
import { parseJson } from '../common/parse-json'
import { quoteLargeNumbers } from '../common/quote-large-numbers'
import type { Backlog, Entry } from './backlog'
import { RequestError } from './request-error'

/** The largest body, before and after decompression. Ortto's and Segment's own limits are smaller. */
const MAX_BODY_BYTES = 10 * 1024 * 1024

/**
 * Reads the body of a request as JSON. Numbers beyond 2^53 become texts.
 * @throws RequestError 413, 415 or 400 when the body cannot be used, 429 when there is no room for it
 */
export async function readBody(request: IncomingMessage, backlog: Backlog, entry: Entry): Promise<unknown> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new RequestError(415, 'unsupported_encoding', 'The content-encoding must be gzip, or none.')
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    throw tooLarge()
  }
  const bytes = await readBytes(request, (count) => backlog.addBytes(entry, count))
  const text = encoding === 'gzip' ? await decompress(bytes) : bytes
  if (text !== bytes) {
    backlog.addBytes(entry, text.length)
  }
  const json = text.toString()
  const value = parseJson(json)
  if (value === undefined) {
    throw new RequestError(400, 'not_json', 'The body is not JSON.')
  }
  const quoted = quoteLargeNumbers(json)
  return quoted === json ? value : parseJson(quoted)
}

async function readBytes(request: IncomingMessage, onBytes: (count: number) => void): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // Without `destroyOnReturn`, an error here would close the connection before the response is sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) {
      throw tooLarge()
    }
    onBytes(chunk.length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function decompress(bytes: Buffer): Promise<Buffer> {
  try {
    return await gunzipLimited(bytes, MAX_BODY_BYTES)
  } catch (error) {
    if (!(error instanceof GunzipError)) {
      throw error
    }
    throw error.code === 'too_large' ? tooLarge() : new RequestError(400, 'not_gzip', 'The body is not valid gzip.')
  }
}

function tooLarge(): RequestError {
  return new RequestError(413, 'too_large', `The body is larger than ${MAX_BODY_BYTES / 1024 ** 2} MiB. Send less.`)
}
