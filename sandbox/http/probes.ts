import { Hono } from 'hono'
import { createOpenApi } from './openapi'

/** What the probes read. */
interface ProbeContext {
  /** Why requests are not to be sent yet. Undefined when it is ready. */
  notReady?: string
}

/** What anybody may ask without a key: whether the sandbox lives and is ready, and a description of its APIs. */
export function createProbes(sandbox: ProbeContext): Hono {
  return new Hono()
    .get('/livez', (context) => context.text('ok\n'))
    .get('/readyz', (context) =>
      context.text(`${sandbox.notReady ?? 'ok'}\n`, sandbox.notReady === undefined ? 200 : 503)
    )
    .get('/openapi.json', (context) => context.json(createOpenApi()))
}
