import { HTTPException } from 'hono/http-exception'

/**
 * Lets in who asks for this machine by its own names: not a name that somebody else has pointed to it (DNS rebinding).
 * @throws HTTPException 403
 */
export function refuseOtherHosts(request: Request): void {
  const { hostname } = new URL(request.url)
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw new HTTPException(403, { message: `Ask for 127.0.0.1 or localhost, not for ${hostname}` })
  }
}

/**
 * Keeps out web pages that must not drive what runs on this machine: not by another name of it, not from another
 * origin, and not by a form, which can't send JSON.
 * @throws HTTPException 403, or 415 for a change that is not sent as JSON
 */
export function refuseStrangers(request: Request): void {
  refuseOtherHosts(request)
  const asking = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  const isStrange = site !== null && !['same-origin', 'none'].includes(site)
  if ((asking !== null && asking !== new URL(request.url).origin) || isStrange) {
    throw new HTTPException(403, { message: 'Pages of other origins may not do this' })
  }
  const isJSON = request.headers.get('content-type')?.split(';')[0].trim() === 'application/json'
  if (!isReading(request.method) && !isJSON) {
    throw new HTTPException(415, { message: 'Send content-type: application/json' })
  }
}

/** True for the method of a request that changes nothing. */
export function isReading(method: string): boolean {
  return ['GET', 'HEAD'].includes(method)
}
