import { nkeys } from '@nats-io/transport-node'
import { execFileSync, spawnSync } from 'child_process'
import { randomUUID } from 'crypto'
import { mkdtemp, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { startServer } from './harness'
import type { Server } from './harness'

const ORTTO = join(__dirname, '..', '..', 'dist', 'cli', 'ortto.js')

const NO_STORAGE = { mem_storage: 0, disk_storage: 0, streams: 0, consumer: 0 }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  await writeFile(join(folder, 'san.cnf'), 'subjectAltName=IP:127.0.0.1\n')
  for (const ca of ['ca', 'other-ca']) {
    openssl('req', '-x509', ...newKey, '-subj', `/CN=${ca}`, '-keyout', `${ca}.key`, '-out', `${ca}.pem`)
  }
  for (const name of ['server', 'client']) {
    openssl('req', ...newKey.slice(0, 5), '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'san.cnf']
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`)
  }
  await writeFile(join(folder, 'events.ndjson'), '{"type":"identify","userId":"u1"}\n')
})
afterAll(() => rm(folder, { recursive: true }))

/** Publishes an event, and returns the exit code and the output. */
function publish(server: Server, args: readonly string[], env: Record<string, string> = {}, scheme = 'nats:') {
  const url = server.url.replace('nats:', scheme)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [ORTTO, 'publish', 'events.ndjson', '--nats', url, ...args],
    { cwd: folder, env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' }
  )
  return { status, text: stdout + stderr }
}
const published = { status: 0, text: expect.stringContaining('1 stored') as string }
const refused = { status: 2, text: expect.stringContaining('Cannot connect to NATS at') as string }

async function withServer(config: string, test: (server: Server) => Promise<void> | void): Promise<void> {
  const server = await startServer(config)
  try {
    await test(server)
  } finally {
    await server.close()
  }
}

describe('a server with TLS', () => {
  const tls = (more = '') =>
    `tls { cert_file: "${folder}/server.pem", key_file: "${folder}/server.key", ca_file: "${folder}/ca.pem" ${more} }`

  it(
    'is trusted when its certificate is signed by the given authority',
    () =>
      withServer(tls(), (server) => {
        expect(publish(server, ['--tls-ca', 'ca.pem'], {}, 'tls:')).toEqual(published)
        expect(publish(server, [], { NATS_CA: 'ca.pem', NATS_REPLICAS: '1' }, 'tls:')).toMatchObject({ status: 0 })
        expect(publish(server, ['--tls-ca', 'other-ca.pem'], {}, 'tls:')).toEqual(refused)
        expect(publish(server, [], {}, 'tls:')).toEqual(refused)
      }),
    60_000
  )

  it(
    'accepts a client certificate, and refuses clients without one',
    () =>
      withServer(tls(', verify: true'), (server) => {
        const args = ['--tls-ca', 'ca.pem', '--tls-cert', 'client.pem', '--tls-key', 'client.key']
        expect(publish(server, args)).toEqual(published)
        expect(publish(server, args.slice(0, 2))).toEqual(refused)
        expect(publish(server, args.slice(0, 4))).toEqual({
          status: 2,
          text: expect.stringContaining('--tls-cert and --tls-key belong together') as string
        })
      }),
    60_000
  )

  it(
    'is never used in the clear',
    () =>
      withServer('', (server) => {
        expect(publish(server, ['--tls-ca', 'ca.pem'])).toEqual(refused)
        expect(publish(server, [], {}, 'tls:')).toEqual(refused)
      }),
    60_000
  )
})

describe('a server with credentials', () => {
  it(
    'accepts a user and a password',
    () =>
      withServer('authorization { user: me, password: secret }', (server) => {
        expect(publish(server, [], { NATS_USER: 'me', NATS_PASSWORD: 'secret' })).toEqual(published)
        expect(publish(server, [], { NATS_USER: 'me', NATS_PASSWORD: 'wrong' })).toEqual(refused)
        expect(publish(server, [])).toEqual(refused)
      }),
    60_000
  )

  it(
    'accepts a token',
    () =>
      withServer('authorization { token: t0ken }', (server) => {
        expect(publish(server, [], { NATS_TOKEN: 't0ken' })).toEqual(published)
        expect(publish(server, [], { NATS_TOKEN: 'wrong' })).toEqual(refused)
      }),
    60_000
  )

  it('accepts an nkey', async () => {
    const user = nkeys.createUser()
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
    await writeFile(join(folder, 'user.nk'), `${text(user.getSeed())}\n`, { mode: 0o600 })
    await writeFile(join(folder, 'other.nk'), text(nkeys.createUser().getSeed()), { mode: 0o600 })
    await withServer(`authorization { users: [{ nkey: ${user.getPublicKey()} }] }`, (server) => {
      expect(publish(server, ['--nkey', 'user.nk'])).toEqual(published)
      expect(publish(server, [], { NATS_NKEY: 'other.nk' })).toEqual(refused)
      const junk = publish(server, ['--nkey', 'events.ndjson'])
      expect(junk.status).toBe(2)
    })
  }, 60_000)

  it('accepts a creds file', async () => {
    const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()]
    const unlimited = { subs: -1, data: -1, payload: -1 }
    const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 }
    const limits = { ...unlimited, ...storage, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 }
    const system = nkeys.createAccount()
    const operatorJWT = sign(operator, operator.getPublicKey(), { type: 'operator' })
    const systemJWT = sign(operator, system.getPublicKey(), { type: 'account', limits: { ...limits, ...NO_STORAGE } })
    const accountJWT = sign(operator, account.getPublicKey(), { type: 'account', limits })
    const userJWT = sign(account, user.getPublicKey(), { type: 'user', ...unlimited })
    const seed = new TextDecoder().decode(user.getSeed())
    const creds = `-----BEGIN NATS USER JWT-----\n${userJWT}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`
    await writeFile(join(folder, 'user.creds'), creds, { mode: 0o600 })
    const config = [
      `operator: ${operatorJWT}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload { ${account.getPublicKey()}: ${accountJWT}, ${system.getPublicKey()}: ${systemJWT} }`
    ].join('\n')
    await withServer(config, (server) => {
      expect(publish(server, ['--creds', 'user.creds'])).toEqual(published)
      expect(publish(server, [], { NATS_CREDS: 'user.creds' })).toMatchObject({ status: 0 })
      expect(publish(server, [])).toEqual(refused)
    })
    expect(await readFile(join(folder, 'user.creds'), 'utf8')).toBe(creds)
  }, 60_000)
})

/** A JSON web token as NATS reads it. */
function sign(issuer: ReturnType<typeof nkeys.createUser>, subject: string, nats: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { jti: randomUUID(), iat: 1_700_000_000, iss: issuer.getPublicKey(), name: 'test', sub: subject }
  const text = `${encode({ typ: 'JWT', alg: 'ed25519-nkey' })}.${encode({ ...claims, nats: { ...nats, version: 2 } })}`
  return `${text}.${Buffer.from(issuer.sign(new TextEncoder().encode(text))).toString('base64url')}`
}
