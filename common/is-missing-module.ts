import { isNativeError } from 'util/types'

/** True for the error of a `require` or an `import` whose package, or one that it needs, is not installed. */
export function isMissingModule(error: unknown): boolean {
  const code = isNativeError(error) && 'code' in error ? error.code : undefined
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
}
