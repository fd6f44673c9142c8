import { HTTPException } from 'hono/http-exception'

/** Bytes of a request's body. Ortto's own limit is not known. */
const MAX_BODY = 10 * 1024 * 1024

/** Levels of objects and arrays in a body */
const MAX_DEPTH = 2000

/**
 * The body, parsed, and its size in bytes.
 * @throws HTTPException 413 when it is larger than the limit, 400 when it is not JSON, or too deep
 */
export async function readBody(request: Request, limit = MAX_BODY): Promise<{ value: unknown; size: number }> {
  const bytes = await readBytes(request, limit)
  return { value: parseBody(bytes), size: bytes.length }
}

/**
 * The body's bytes. It is read to its end even when it is too large: who still sends while the answer is there already
 * loses the connection, and the answer with it.
 * @throws HTTPException 413 when there are more than the limit
 */
export async function readBytes({ body }: Request, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length
    if (size <= limit) {
      chunks.push(part.value)
    }
  }
  if (size > limit) {
    throw new HTTPException(413, { message: `The body is larger than ${limit} bytes` })
  }
  return Buffer.concat(chunks)
}

/**
 * JSON that can be written again.
 * @throws HTTPException 400 when it is not JSON, or too deep
 */
export function parseBody(bytes: Buffer): unknown {
  if (isTooDeep(bytes)) {
    throw new HTTPException(400, { message: `The body is nested deeper than ${MAX_DEPTH} levels` })
  }
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw new HTTPException(400, { message: 'The body is not JSON' })
  }
}

/** JSON that can be read but is so deep that it can't be written again would break whatever shows it. */
function isTooDeep(json: Uint8Array): boolean {
  let depth = 0
  let isText = false
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index]
    if (isText) {
      if (byte === BACKSLASH) {
        index += 1
      } else if (byte === QUOTE) {
        isText = false
      }
    } else if (byte === QUOTE) {
      isText = true
    } else if (OPENING.includes(byte)) {
      depth += 1
      if (depth > MAX_DEPTH) {
        return true
      }
    } else if (CLOSING.includes(byte)) {
      depth -= 1
    }
  }
  return false
}

const [QUOTE, BACKSLASH] = Buffer.from('"\\')
const OPENING = [...Buffer.from('{[')]
const CLOSING = [...Buffer.from('}]')]
