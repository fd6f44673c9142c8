import { HTTPException } from 'hono/http-exception'

const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '[::1]']

/**
 * Accepts requests to this machine's own names only, so that a foreign name that resolves to this machine does not
 * reach a local server (DNS rebinding).
 * @param allowed other names. Without this list, none can be allowed.
 * @throws HTTPException 403
 */
export function requireLocalHost(request: Request, allowed?: readonly string[]): void {
  const { hostname } = new URL(request.url)
  if (![...LOCAL_HOSTS, ...(allowed ?? [])].includes(hostname)) {
    const advice = allowed ? ', or allow it with --allow-host' : ''
    throw new HTTPException(403, {
      message: `Use the host 127.0.0.1 or localhost instead of ${hostname}${advice}`
    })
  }
}

/**
 * Keeps web pages from using a local server: by another name of this machine, from another origin, or with a form,
 * which cannot send JSON.
 * @throws HTTPException 403, or 415 for a change that is not sent as JSON
 */
export function requireSameOrigin(request: Request, allowed?: readonly string[]): void {
  requireLocalHost(request, allowed)
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  const isOtherSite = site !== null && !['same-origin', 'none'].includes(site)
  if ((origin !== null && origin !== new URL(request.url).origin) || isOtherSite) {
    throw new HTTPException(403, { message: 'Cross-origin requests are not allowed' })
  }
  const isJson = request.headers.get('content-type')?.split(';')[0].trim() === 'application/json'
  if (!isReadMethod(request.method) && !isJson) {
    throw new HTTPException(415, { message: 'The request must have the header content-type: application/json' })
  }
}

/** True for the method of a request that changes nothing. */
export function isReadMethod(method: string): boolean {
  return ['GET', 'HEAD'].includes(method)
}
