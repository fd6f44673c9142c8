import { connect, credsAuthenticator, errors } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { errorMessage } from '../common/error-message'
import { pause } from './pause'

/** Milliseconds that a server has to start, and between two tries */
const PATIENCE = 2000
const RETRY = 100

/** Where a NATS server is, and who says so. */
interface ServerOptions {
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
  const options = {
    servers,
    name,
    user,
    pass: password,
    token,
    authenticator: creds === undefined ? undefined : credsAuthenticator(new TextEncoder().encode(creds)),
    tls: servers.some((server) => server.startsWith('tls:')) ? {} : undefined,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true
  }
  try {
    return await patiently(() => connect(options))
  } catch (error) {
    const reason = errorMessage(error)
    throw new StreamError(
      `Cannot connect to NATS at ${servers.join(', ')} (${reason}). Start a server with: nats-server --jetstream`
    )
  }
}

/** Does something with a server that may be just about to start. */
export async function patiently<Value>(act: () => Promise<Value>): Promise<Value> {
  const end = performance.now() + PATIENCE
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (error instanceof errors.AuthorizationError || performance.now() > end) {
        throw error
      }
      await pause(RETRY)
    }
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
