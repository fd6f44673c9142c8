import { HTTPException } from 'hono/http-exception'
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from '../rules'

/**
 * Reads and parses a request's body.
 * @returns the value, and the size in bytes
 * @throws HTTPException 413 when the body is larger than the limit, 400 when it is not JSON or nested too deep
 */
export async function readBody(request: Request, maxBytes = MAX_BODY_BYTES): Promise<{ value: unknown; size: number }> {
  const bytes = await readBytes(request, maxBytes)
  return { value: parseBody(bytes), size: bytes.length }
}

/**
 * Reads the bytes of a request's body. A body that is too large is read to its end, too: a client that still sends when
 * the response arrives loses the connection, and the response with it.
 * @throws HTTPException 413 when the body is larger than the limit
 */
export async function readBytes({ body }: Request, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length
    if (size <= maxBytes) {
      chunks.push(part.value)
    }
  }
  if (size > maxBytes) {
    throw new HTTPException(413, { message: `The body is larger than ${maxBytes} bytes` })
  }
  return Buffer.concat(chunks)
}

/**
 * Parses JSON that can also be written again.
 * @param parse throws when the text is not JSON
 * @throws HTTPException 400 when it is not JSON, or nested too deep
 */
export function parseBody(bytes: Buffer, parse: (text: string) => unknown = JSON.parse): unknown {
  if (isTooDeep(bytes)) {
    throw new HTTPException(400, { message: `The body is nested deeper than ${MAX_BODY_DEPTH} levels` })
  }
  try {
    return parse(bytes.toString())
  } catch {
    throw new HTTPException(400, { message: 'The body is not JSON' })
  }
}

const [BACKSLASH, QUOTE] = Buffer.from('\\"')
const OPENING = [...Buffer.from('{[')]
const CLOSING = [...Buffer.from('}]')]

/** JSON.stringify can't write every depth that JSON.parse can read, so such a body would break what writes it later. */
function isTooDeep(json: Uint8Array): boolean {
  let depth = 0
  let isInString = false
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index]
    if (isInString) {
      if (byte === BACKSLASH) {
        index += 1
      } else if (byte === QUOTE) {
        isInString = false
      }
    } else if (byte === QUOTE) {
      isInString = true
    } else if (OPENING.includes(byte)) {
      depth += 1
      if (depth > MAX_BODY_DEPTH) {
        return true
      }
    } else if (CLOSING.includes(byte)) {
      depth -= 1
    }
  }
  return false
}
