import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { AddressInfo } from 'net'

/** An app that listens on a port. */
export interface RunningServer {
  /** For example `http://127.0.0.1:8030` */
  origin: string
  close: () => Promise<void>
}

/**
 * Serves an app on 127.0.0.1, where only this machine reaches it.
 * @param port 0 uses any free port
 * @throws Error when the port is in use
 */
export async function serve(app: Pick<Hono, 'fetch'>, port = 0): Promise<RunningServer> {
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: actualPort } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${actualPort}`,
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
