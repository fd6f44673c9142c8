import { InvalidArgumentError, Option } from 'commander'
import { createServer } from 'http'
import type { RequestListener } from 'http'
import type { AddressInfo } from 'net'
import { UsageError } from './command'
import type { Metrics } from './metrics'

/** An address to listen on. */
export interface Address {
  host: string
  port: number
}

/** What probes and metrics answer with. */
interface Monitored {
  metrics: Pick<Metrics, 'format'>
  /** Why no event can be delivered for now: a code. Undefined when the process is ready. */
  notReady: () => string | undefined
  /** Responds to requests for other paths. @default 404 */
  handle?: RequestListener
}

/** The longest time in which a request must arrive completely */
const REQUEST_TIMEOUT_MS = 60_000
/** Longer than load balancers keep a connection without requests: they must be the ones that close it. */
const KEEP_ALIVE_MS = 65_000

const PROBES = ['/livez', '/readyz', '/metrics']

/** `--listen` */
export function listenOption(): Option {
  return new Option('--listen <host:port>', 'serve /metrics, /livez and /readyz at this address').argParser(
    parseAddress
  )
}

/** Parses `127.0.0.1:9464`, `[::1]:9464`, or `:9464` for 127.0.0.1. */
export function parseAddress(text: string): Address {
  const [, host = '', port = ''] = /^(\[[\da-fA-F:.]+\]|[\w.-]*):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535) {
    throw new InvalidArgumentError('Expected a host and a port, such as 127.0.0.1:9464 or 0.0.0.0:9464.')
  }
  return { host: host.replace(/^\[|\]$/g, '') || '127.0.0.1', port: Number(port) }
}

/**
 * Serves the metrics and the probes. They contain counts and codes, but no events and no keys.
 * @throws UsageError when the address cannot be used
 */
export async function listen({ host, port }: Address, { metrics, notReady, handle }: Monitored) {
  const server = createServer((request, response) => {
    const end = (status: number, text: string, type = 'text/plain; charset=utf-8') =>
      response
        .writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' })
        .end(request.method === 'HEAD' ? undefined : text)
    const [path] = (request.url ?? '').split('?')
    if (handle && !PROBES.includes(path)) {
      handle(request, response)
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      end(405, 'method_not_allowed\n')
    } else if (path === '/livez') {
      end(200, 'ok\n')
    } else if (path === '/readyz') {
      const reason = notReady()
      end(reason === undefined ? 200 : 503, `${reason ?? 'ok'}\n`)
    } else if (path === '/metrics') {
      metrics.format().then(
        ({ text, contentType }) => end(200, text, contentType),
        () => end(500, 'metrics_failed\n')
      )
    } else {
      end(404, 'not_found\n')
    }
  })
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.keepAliveTimeout = KEEP_ALIVE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch((error: Error) => {
    throw new UsageError(`Cannot listen on ${host}:${port}: ${error.message}.`)
  })
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}
