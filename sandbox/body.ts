import { HTTPException } from 'hono/http-exception'

/** Bytes of a request's body. Ortto's own limit is not known. */
const MAX_BODY = 10 * 1024 * 1024

/**
 * The body, parsed, and its size in bytes. It is read to its end even when it is too large: who still sends while the
 * answer is there already loses the connection, and the answer with it.
 * @throws HTTPException 413 when it is larger than the limit, 400 when it is not JSON
 */
export async function readBody({ body }: Request, limit = MAX_BODY): Promise<{ value: unknown; size: number }> {
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
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString()), size }
  } catch {
    throw new HTTPException(400, { message: 'The body is not JSON' })
  }
}
