import { equalSecrets } from '../common/equal-secrets'
import { RequestError } from './request-error'

/**
 * Checks the write key, which is the user name of HTTP's basic authentication, as in Segment's tracking API.
 * @throws RequestError 401
 */
export function authorize(authorization: string | undefined, writeKey: string): void {
  const [scheme = '', encoded = ''] = (authorization ?? '').split(' ')
  const [user] = scheme.toLowerCase() === 'basic' ? Buffer.from(encoded, 'base64').toString().split(':') : ['']
  if (!equalSecrets(user, writeKey)) {
    const message = 'Send the write key as the user name of basic authentication, with an empty password.'
    throw new RequestError(401, 'wrong_write_key', message)
  }
}
