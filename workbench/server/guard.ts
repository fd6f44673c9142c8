import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'

/** Lets in who asks for this machine by its own names: not a name that somebody else has pointed to it. */
export const knownHost: MiddlewareHandler = async (context, next) => {
  const { hostname } = new URL(context.req.url)
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw new HTTPException(403, { message: `Ask for 127.0.0.1 or localhost, not for ${hostname}` })
  }
  await next()
}

/** Keeps out the pages of other origins, and forms, which can't send JSON. */
export const sameOrigin: MiddlewareHandler = async (context, next) => {
  const { req } = context
  const asking = req.header('origin')
  const site = req.header('sec-fetch-site')
  const isStrange = site !== undefined && !['same-origin', 'none'].includes(site)
  if ((asking !== undefined && asking !== new URL(req.url).origin) || isStrange) {
    throw new HTTPException(403, { message: 'Pages of other origins may not do this' })
  }
  const isJSON = req.header('content-type')?.split(';')[0].trim() === 'application/json'
  if (!['GET', 'HEAD'].includes(req.method) && !isJSON) {
    throw new HTTPException(415, { message: 'Send content-type: application/json' })
  }
  await next()
}
