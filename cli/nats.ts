import { Option } from 'commander'
import type { Command } from 'commander'
import type { NatsConnection } from '@nats-io/transport-node'
import { readFile } from 'fs/promises'
import { connectTo } from '../stream'
import { pathFrom, reasonOf, UsageError } from './command'

/** Which stream of which server a command works with. */
export interface NatsOptions {
  nats: string
  creds?: string
  stream: string
}

/** What the help says of the credentials. */
export const NATS_HELP = `
The server may want credentials: NATS_USER and NATS_PASSWORD, NATS_TOKEN, or a creds file that NATS_CREDS or --creds
names. NATS_URL is taken for --nats. Use tls:// where others can listen.`

/** Adds the options that name a server and a stream. */
export function withNatsOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--nats <url>', 'the NATS server; several of a cluster with commas')
        .env('NATS_URL')
        .default('nats://127.0.0.1:4222')
    )
    .addOption(new Option('--creds <file>', "a file with the server's credentials").env('NATS_CREDS'))
    .option('--stream <name>', 'the name of the stream', 'ortto')
}

/**
 * Connects to the server that the options name.
 * @throws UsageError when they name none
 * @throws StreamError when it can't be reached, or refuses
 */
export async function connectWith({ nats, creds }: NatsOptions, name: string): Promise<NatsConnection> {
  const { NATS_USER: user, NATS_PASSWORD: password, NATS_TOKEN: token } = process.env
  return connectTo({
    servers: nats.split(',').map((url) => serverOf(url.trim())),
    name,
    creds: creds === undefined ? undefined : await readCreds(creds),
    user,
    password,
    token
  })
}

/** What is in an argument is seen by everybody on the machine, so no password may be there. No error repeats it. */
function serverOf(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new UsageError(`--nats takes a URL such as nats://127.0.0.1:4222.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('--nats takes no user name and no password: set NATS_USER and NATS_PASSWORD, or NATS_TOKEN.')
  }
  if (!['nats:', 'tls:'].includes(url.protocol) || url.hostname === '' || !['', '/'].includes(url.pathname)) {
    throw new UsageError(`--nats takes a URL such as nats://127.0.0.1:4222.`)
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
