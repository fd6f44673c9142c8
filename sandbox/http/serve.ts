import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { isIPv6 } from 'net'
import type { AddressInfo } from 'net'

/** An app that listens on a port. */
export interface RunningServer {
  /** Where this machine reaches it, for example `http://127.0.0.1:8030` */
  origin: string
  close: () => Promise<void>
}

/**
 * Serves an app. On 127.0.0.1, only this machine reaches it.
 * @param port 0 uses any free port
 * @throws Error when the port is in use
 */
export async function serve(app: Pick<Hono, 'fetch'>, port = 0, host = '127.0.0.1'): Promise<RunningServer> {
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: actualPort } = server.address() as AddressInfo
  return {
    origin: `http://${hostOf(host)}:${actualPort}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        // A stalled response would keep its connection open without end.
        if ('closeAllConnections' in server) {
          server.closeAllConnections()
        }
      })
  }
}

/** The host of a URL for an address. An address that means all of this machine's is not one to send requests to. */
function hostOf(address: string): string {
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return isIPv6(reachable) ? `[${reachable}]` : reachable
}
