import { Option } from 'commander'
import type { Command } from 'commander'
import type { NatsConnection } from '@nats-io/transport-node'
import { readFile } from 'fs/promises'
import { connectTo } from '../stream'
import { pathFrom, reasonOf, UsageError } from './command'

/** The NATS server and the stream that a command uses */
export interface NatsOptions {
  nats: string
  creds?: string
  stream: string
}

/** Help text about the credentials */
export const NATS_HELP = `
If the server needs credentials, set NATS_USER and NATS_PASSWORD, or NATS_TOKEN, or pass a creds file with NATS_CREDS or
--creds. NATS_URL is the same as --nats. Use tls:// on networks that you do not trust.`

/** Adds the options for the server and the stream. */
export function withNatsOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--nats <url>', 'the URL of the NATS server; separate the servers of a cluster with commas')
        .env('NATS_URL')
        .default('nats://127.0.0.1:4222')
    )
    .addOption(new Option('--creds <file>', "a file with the server's credentials").env('NATS_CREDS'))
    .option('--stream <name>', 'the name of the stream', 'ortto')
}

/**
 * Connects to the server of the options.
 * @throws UsageError when an option is not valid
 * @throws StreamError when the server cannot be reached, or refuses the connection
 */
export async function connectWith({ nats, creds }: NatsOptions, name: string): Promise<NatsConnection> {
  const { NATS_USER: user, NATS_PASSWORD: password, NATS_TOKEN: token } = process.env
  return connectTo({
    servers: nats.split(',').map((url) => parseServer(url.trim())),
    name,
    creds: creds === undefined ? undefined : await readCreds(creds),
    user,
    password,
    token
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

async function readCreds(path: string): Promise<string> {
  try {
    return await readFile(pathFrom(path), 'utf8')
  } catch (error) {
    throw new UsageError(`Cannot read the credentials from ${path}: ${reasonOf(error)}.`)
  }
}
