import { Option } from 'commander'
import type { Command } from 'commander'
import type { NatsConnection } from '@nats-io/transport-node'
import { readFile } from 'fs/promises'
import { loadStream } from './optional'
import { pathFrom, reasonOf, UsageError, wholeNumber } from './command'

/** The NATS server and the stream that a command uses */
export interface NatsOptions {
  nats: string
  creds?: string
  nkey?: string
  tlsCa?: string
  tlsCert?: string
  tlsKey?: string
  stream: string
}

/** Help text about the credentials */
export const NATS_HELP = `
If the server needs credentials, set NATS_USER and NATS_PASSWORD, or NATS_TOKEN, or pass a file with --creds or --nkey.
Use tls:// on networks that you do not trust, --tls-ca if the server's certificate is signed by your own authority, and
--tls-cert and --tls-key if the server verifies clients.`

/** Adds the options for the server and the stream. */
export function withNatsOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--nats <url>', 'the URL of the NATS server; separate the servers of a cluster with commas')
        .env('NATS_URL')
        .default('nats://127.0.0.1:4222')
    )
    .addOption(new Option('--creds <file>', "a file with the server's credentials").env('NATS_CREDS'))
    .addOption(new Option('--nkey <file>', 'a file with the seed of an nkey').env('NATS_NKEY'))
    .addOption(new Option('--tls-ca <file>', "the authority of the server's certificate (PEM)").env('NATS_CA'))
    .addOption(new Option('--tls-cert <file>', "this client's certificate (PEM)").env('NATS_CERT'))
    .addOption(new Option('--tls-key <file>', "the key of this client's certificate (PEM)").env('NATS_KEY'))
    .option('--stream <name>', 'the name of the stream', 'ortto')
}

/** For commands that create the stream. */
export function replicasOption(): Option {
  return new Option('--replicas <number>', 'servers of the cluster that store each event (default for a new stream: 1)')
    .env('NATS_REPLICAS')
    .argParser(wholeNumber(1, 5))
}

/**
 * Connects to the server of the options.
 * @throws UsageError when an option is not valid
 * @throws StreamError when the server cannot be reached, or refuses the connection
 */
export async function connectWith(options: NatsOptions, name: string): Promise<NatsConnection> {
  const { nats, creds, nkey, tlsCa, tlsCert, tlsKey } = options
  const { NATS_USER: user, NATS_PASSWORD: password, NATS_TOKEN: token } = process.env
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError('--tls-cert and --tls-key belong together: pass both or neither.')
  }
  const isTls = (tlsCa ?? tlsCert) !== undefined
  const servers = nats.split(',').map((url) => parseServer(url.trim()))
  const tls = { ca: await read(tlsCa), cert: await read(tlsCert), key: await read(tlsKey) }
  const { connectTo } = loadStream()
  return connectTo({
    servers,
    name,
    creds: await read(creds),
    nkeySeed: await read(nkey),
    user,
    password,
    token,
    tls: isTls ? tls : undefined
  })
}

/** Other users can see arguments, so they may not contain a password. Errors do not repeat the argument. */
function parseServer(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new UsageError(`--nats must be a URL such as nats://127.0.0.1:4222.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(
      '--nats must not contain a user name or password. Set NATS_USER and NATS_PASSWORD, or NATS_TOKEN.'
    )
  }
  if (!['nats:', 'tls:'].includes(url.protocol) || url.hostname === '' || !['', '/'].includes(url.pathname)) {
    throw new UsageError(`--nats must be a URL such as nats://127.0.0.1:4222.`)
  }
  return `${url.protocol}//${url.host}`
}

async function read(path: string | undefined): Promise<string | undefined> {
  try {
    return path === undefined ? undefined : await readFile(pathFrom(path), 'utf8')
  } catch (error) {
    throw new UsageError(`Cannot read the credentials from ${path}: ${reasonOf(error)}.`)
  }
}
