import { isNativeError } from 'util/types'
import { promisify } from 'util'
import { gunzip } from 'zlib'

const run = promisify(gunzip)

/** Bytes could not be decompressed. */
export class GunzipError extends Error {
  constructor(readonly code: 'too_large' | 'not_gzip') {
    super(code)
  }
}

/**
 * Decompresses gzip in another thread, so that other requests are not delayed.
 *
 * @param maxBytes of the result
 * @throws GunzipError
 */
export async function gunzipLimited(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await run(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    const isTooLarge = isNativeError(error) && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    throw new GunzipError(isTooLarge ? 'too_large' : 'not_gzip')
  }
}
