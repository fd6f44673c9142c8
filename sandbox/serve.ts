import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { AddressInfo } from 'net'

/** An app that listens: its address, and how to end it. */
export interface Served {
  /** For example `http://127.0.0.1:8030` */
  origin: string
  close: () => Promise<void>
}

/**
 * Lets an app listen on 127.0.0.1, where only this machine reaches it.
 * @param port 0 takes any free port
 * @throws Error when the port is taken
 */
export async function serve(app: Pick<Hono, 'fetch'>, port = 0): Promise<Served> {
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${taken}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        // An answer that stalls would hold its connection for ever.
        if ('closeAllConnections' in server) {
          server.closeAllConnections()
        }
      })
  }
}
