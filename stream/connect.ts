import { connect, credsAuthenticator } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { isNativeError } from 'util/types'

/** Where a NATS server is, and who says so. */
export interface ServerOptions {
  /** URLs of one server, or of several of one cluster: `nats://127.0.0.1:4222`, or `tls://…` to insist on TLS */
  servers: string[]
  /** The content of a creds file */
  creds?: string
  user?: string
  password?: string
  token?: string
  /** What the server calls the connection */
  name: string
}

/** The stream can't be worked with as asked. The message is for whoever asked, and says what to do. */
export class StreamError extends Error {}

/**
 * Connects to NATS. The connection comes back for ever when it is lost.
 * @throws StreamError when there is no server, or it refuses
 */
export async function connectTo({
  servers,
  creds,
  user,
  password,
  token,
  name
}: ServerOptions): Promise<NatsConnection> {
  try {
    return await connect({
      servers,
      name,
      user,
      pass: password,
      token,
      authenticator: creds === undefined ? undefined : credsAuthenticator(new TextEncoder().encode(creds)),
      tls: servers.some((server) => server.startsWith('tls:')) ? {} : undefined,
      maxReconnectAttempts: -1,
      ignoreAuthErrorAbort: true
    })
  } catch (error) {
    const reason = isNativeError(error) ? error.message : String(error)
    throw new StreamError(
      `Cannot connect to NATS at ${servers.join(', ')} (${reason}). Start a server with: nats-server --jetstream`
    )
  }
}

/** Tells when the connection is lost, and when it is back, once each. Resolves when it is closed. */
export async function watchConnection(nc: NatsConnection, tell: (isLost: boolean) => void): Promise<void> {
  let isLost = false
  for await (const { type } of nc.status()) {
    if ((type === 'disconnect' && !isLost) || (type === 'reconnect' && isLost)) {
      isLost = type === 'disconnect'
      tell(isLost)
    }
  }
}
