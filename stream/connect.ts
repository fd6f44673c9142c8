import { connect, credsAuthenticator, errors, nkeyAuthenticator } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { isIP } from 'net'
import { checkServerIdentity } from 'tls'
import type { ConnectionOptions } from 'tls'
import { errorMessage } from '../common/error-message'
import { StreamError } from './errors'
import { retry } from './retry'

/** How long a server may take to start */
const START_TIMEOUT_MS = 2000
const RETRY_DELAY_MS = 100

/** The address of a NATS server, and the credentials. */
interface ServerOptions {
  /** URLs of one server, or of several of one cluster: `nats://127.0.0.1:4222`, or `tls://…` to insist on TLS */
  servers: string[]
  /** The content of a creds file */
  creds?: string
  user?: string
  password?: string
  token?: string
  /** An nkey seed: `SU…` */
  nkeySeed?: string
  /** PEM texts: the authority that signed the server's certificate, and the certificate and key of this client */
  tls?: { ca?: string; cert?: string; key?: string }
  /** The name of the connection in the server's monitoring */
  name: string
}

/**
 * Connects to NATS. A lost connection is restored without a time limit.
 * @throws StreamError when the server cannot be reached, or rejects the credentials
 */
export async function connectTo({
  servers,
  creds,
  user,
  password,
  token,
  nkeySeed,
  tls,
  name
}: ServerOptions): Promise<NatsConnection> {
  const encoder = new TextEncoder()
  const options = {
    servers,
    name,
    user,
    pass: password,
    token,
    authenticator: [
      ...(creds === undefined ? [] : [credsAuthenticator(encoder.encode(creds))]),
      ...(nkeySeed === undefined ? [] : [nkeyAuthenticator(encoder.encode(nkeySeed.trim()))])
    ],
    tls:
      tls || servers.some((server) => server.startsWith('tls:')) ? { ...tls, ...checkAddresses(servers) } : undefined,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true
  }
  try {
    return await retryWhileStarting(() => connect(options))
  } catch (error) {
    const reason = errorMessage(error)
    const advice =
      error instanceof errors.AuthorizationError
        ? 'Check the credentials.'
        : 'If it does not run, start it with: nats-server --jetstream'
    throw new StreamError(`Cannot connect to NATS at ${servers.join(', ')} (${reason}). ${advice}`)
  }
}

/**
 * TLS options that check the certificate of a server whose URL has an IP address. The library passes no name for it, so
 * that Node would compare the certificate with `localhost`. Servers that are discovered later must have one of the same
 * addresses in their certificates, as with names.
 */
function checkAddresses(servers: readonly string[]): Pick<ConnectionOptions, 'checkServerIdentity'> {
  const hosts = servers.map((server) => new URL(server).hostname.replace(/^\[|\]$/g, ''))
  if (!hosts.some((host) => isIP(host))) {
    return {}
  }
  return {
    checkServerIdentity: (name, certificate) => {
      const names = name === 'localhost' ? hosts.filter((host) => isIP(host) || host === name) : [name]
      const errors = names.map((host) => checkServerIdentity(host, certificate))
      return errors.includes(undefined) ? undefined : errors[0]
    }
  }
}

/** Retries a call for a moment, because the server may still be starting. */
export function retryWhileStarting<Value>(call: () => Promise<Value>): Promise<Value> {
  const mayPass = (error: unknown) => !(error instanceof errors.AuthorizationError)
  return retry(call, { timeoutMs: START_TIMEOUT_MS, delayMs: RETRY_DELAY_MS, mayPass })
}

/** Calls `onChange` when the connection is lost, and when it is restored. Resolves when it is closed. */
export async function watchConnection(nc: NatsConnection, onChange: (isLost: boolean) => void): Promise<void> {
  let isLost = false
  for await (const { type } of nc.status()) {
    if ((type === 'disconnect' && !isLost) || (type === 'reconnect' && isLost)) {
      isLost = type === 'disconnect'
      onChange(isLost)
    }
  }
}
