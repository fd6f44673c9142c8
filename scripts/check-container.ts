import { chmod, mkdir, readFile } from 'fs/promises'
import { createServer } from 'net'
import type { AddressInfo } from 'net'
import { join } from 'path'
import { setTimeout } from 'timers/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { check, CheckFailed, install, mustRun, packInto, passed, ROOT, run, start } from './checking'
import type { Running } from './checking'

const Service = z.object({
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional()
})
type Service = z.infer<typeof Service>
const Compose = z.object({ services: z.record(z.string(), Service) })

type InContainer = (args: readonly string[], name: string, env?: NodeJS.ProcessEnv) => Promise<Running>

/** A stop may take a second. On a busy machine, this check waits longer. */
const MAX_STOP_MS = 5000

const MAX_TRIES = 300
const TRY_DELAY_MS = 100

/** The user without rights in whose name the programs run: `nobody` */
const NOBODY = '65534'

/**
 * `npm run check:container`: what Dockerfile and compose.yaml start works as far as this shows without Docker:
 * as process 1, as a user without rights, and with one folder that can be written to.
 */
async function checkContainer(folder: string): Promise<void> {
  if ((await run('unshare', ['--mount', '--pid', '--fork', 'true'], { cwd: ROOT })).code !== 0) {
    passed('nothing was checked: this user may not make namespaces')
    return
  }
  // The folder is its owner's alone, and nobody has to read it.
  await chmod(folder, 0o755)
  const image = await readImage()
  await installApp(folder, image.optional)
  const inContainer: InContainer = (args, name, env) =>
    startInContainer(folder, [...image.entrypoint, ...args], name, env)
  const { services } = Compose.parse(parse(await readFile(join(ROOT, 'compose.yaml'), 'utf8'), { merge: true }))

  const alone = await inContainer([...image.cmd, '--port', '0'], 'alone')
  const origin = await addressOf(alone)
  await identify(origin, 'u1')
  await mustStop(alone, "the image's own command")

  const ortto = await inContainer([...services.ortto.command, '--port', '0'], 'ortto')
  const first = await addressOf(ortto)
  const { port } = new URL(first)
  await mustBeHealthy(services.ortto.healthcheck?.test ?? [], port)
  await identify(first, 'u1')
  await deliverFromStream(folder, services, inContainer, first)
  await mustStop(ortto, 'the local Ortto of compose.yaml')
  const again = await inContainer([...services.ortto.command, '--port', '0'], 'ortto')
  await mustHave(await addressOf(again), ['u1', 'u2'])
  await mustStop(again, 'the local Ortto of compose.yaml, with what its volume holds')

  const workbench = await inContainer([...services.workbench.command, '--port', '0', '--ortto-port', '0'], 'workbench')
  await mustAnswer(await addressOf(workbench))
  await mustStop(workbench, 'the workbench of compose.yaml')
}

/** What the Dockerfile starts, and the command that lists the optional packages. */
async function readImage(): Promise<{ entrypoint: string[]; cmd: string[]; optional: string }> {
  const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8')
  const list = (instruction: string) => {
    const [, json = '[]'] = new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(text) ?? []
    return z.array(z.string()).min(1).parse(JSON.parse(json))
  }
  const [, optional = ''] = /^RUN (node -p .*) > \/tmp\/optional$/m.exec(text) ?? []
  return { entrypoint: list('ENTRYPOINT'), cmd: list('CMD'), optional }
}

async function installApp(folder: string, listOptional: string): Promise<void> {
  const tarball = await packInto(folder)
  const optional = await mustRun('The optional packages cannot be listed.', 'sh', ['-c', listOptional], { cwd: ROOT })
  await install(join(folder, 'app'), [tarball, ...optional.trim().split(' ')])
  passed('what the Dockerfile installs, is installed')
}

/** Starts a command as process 1, as a user without rights, with one folder that can be written to. */
async function startInContainer(
  folder: string,
  [node, program, ...args]: readonly string[],
  name: string,
  env?: NodeJS.ProcessEnv
): Promise<Running> {
  const data = join(folder, 'data', name)
  await mkdir(data, { recursive: true })
  await chmod(data, 0o777)
  const script =
    'mount --bind "$0" "$0" && mount -o remount,bind,ro / && cd "$0" && ' +
    `exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups --no-new-privs "$@"`
  const command = [node, program.replace(/^\/app\//, `${join(folder, 'app')}/`), ...args]
  const flags = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  return start('unshare', [...flags, 'sh', '-c', script, data, ...command], { cwd: ROOT, env })
}

async function addressOf(program: Running): Promise<string> {
  const [, address] = await program.says(/ running at (\S+)/)
  return address
}

/** Sends SIGTERM to process 1 itself, as Docker does. */
async function mustStop(program: Running, name: string): Promise<void> {
  const children = await readFile(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8')
  const startedAt = performance.now()
  process.kill(Number(children.trim().split(' ')[0]), 'SIGTERM')
  const { code, output } = await program.ended
  const milliseconds = Math.round(performance.now() - startedAt)
  if (code !== 0 || milliseconds > MAX_STOP_MS) {
    throw new CheckFailed(`${name} ends with ${code}, ${milliseconds} ms after SIGTERM.\n${output}`)
  }
  passed(`${name} works, and ends ${milliseconds} ms after SIGTERM`)
}

async function mustAnswer(url: string): Promise<string> {
  const response = await fetch(url)
  if (!response.ok) {
    throw new CheckFailed(`${url} answers ${response.status}.`)
  }
  return response.text()
}

async function identify(origin: string, user_id: string): Promise<void> {
  await fetch(`${origin}/v1/identify`, {
    method: 'POST',
    headers: { authorization: 'Bearer pau-local-ortto' },
    body: JSON.stringify([{ user_id, traits: { firstName: user_id } }])
  })
  await mustHave(origin, [user_id])
}

async function mustHave(origin: string, users: readonly string[]): Promise<void> {
  const contacts = await mustAnswer(`${origin}/sandbox/contacts`)
  const missing = users.filter((user) => !contacts.includes(`"${user}"`))
  if (missing.length > 0) {
    throw new CheckFailed(`The local Ortto has no contact ${missing.join(', ')}: ${contacts}`)
  }
}

/** Repeats a check until it passes. @throws its last error after a while */
async function eventually(checkOnce: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await checkOnce()
      return
    } catch (error) {
      if (tries === MAX_TRIES) {
        throw error
      }
      await setTimeout(TRY_DELAY_MS)
    }
  }
}

async function mustBeHealthy([, ...command]: readonly string[], port: string): Promise<void> {
  const [node, ...args] = command.map((word) => word.replace(':8030/', `:${port}/`))
  await mustRun('The health check fails.', node, args, { cwd: ROOT })
  passed('the health check of compose.yaml passes')
}

/** A worker of compose.yaml delivers what a stream holds, and stops. */
async function deliverFromStream(
  folder: string,
  services: z.infer<typeof Compose>['services'],
  inContainer: InContainer,
  origin: string
): Promise<void> {
  const port = await freePort()
  const [jetstream, storeDir] = services.nats.command
  const nats = start(
    'nats-server',
    [jetstream, storeDir, join(folder, 'nats'), '-a', '127.0.0.1', '-p', String(port)],
    {
      cwd: folder
    }
  )
  await nats.says(/Server is ready/)
  await publishWith(services.serve, inContainer, `nats://127.0.0.1:${port}`)
  const { command, environment } = services['worker-1']
  const env = { ...environment, ORTTO_TO: origin, NATS_URL: `nats://127.0.0.1:${port}` }
  const worker = await inContainer(command, 'worker', env)
  await eventually(() => mustHave(origin, ['u2']))
  await mustStop(worker, 'a worker of compose.yaml')
  await nats.stop()
}

/** The service of compose.yaml stores an event in the stream. */
async function publishWith(service: Service, inContainer: InContainer, nats: string): Promise<void> {
  const { command, environment } = service
  const args = command.map((word) => word.replace(/^0\.0\.0\.0:\d+$/, '127.0.0.1:0'))
  const program = await inContainer(args, 'serve', { ...environment, NATS_URL: nats })
  const [, port] = await program.says(/"code":"listening".*"port":(\d+)/)
  const response = await fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('local-ortto-write-key:').toString('base64')}` },
    body: JSON.stringify([{ type: 'identify', userId: 'u2', traits: { firstName: 'u2' } }])
  })
  if (response.status !== 200) {
    throw new CheckFailed(`The service of compose.yaml answers ${response.status}: ${await response.text()}`)
  }
  await mustStop(program, 'the service of compose.yaml')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

void check(checkContainer)
