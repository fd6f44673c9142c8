import { spawn } from 'child_process'
import { once } from 'events'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { text } from 'stream/consumers'
import { run } from '../../cli/ortto'
import exampleAccount from '../../examples/account.json'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { scripts } from '../../package.json'
import { problemOf, ROOT } from './tests-in'

/** What a command that is run here must end with, and say. Of a server: what a request to it must bring. */
type Expected = { code: number; says: string } | { path: string; brings: string }

/** The commands that are run here. */
const RUN: Record<string, Expected> = {
  'npm start -- path/to/events.ndjson': { code: 0, says: '18 results: ' },
  'npm start -- examples/events.ndjson': { code: 0, says: '18 results: ' },
  'npx ortto deliver examples/events.ndjson --rejected rejected.ndjson': { code: 1, says: ' rejected' },
  'ORTTO_API_KEY=… npx ortto deliver archive/ --to ortto': { code: 1, says: 'Lines: 18' },
  'npx ortto check': { code: 0, says: ' accepted it.' },
  'npx ortto --help': { code: 0, says: 'Commands:' },
  'npx ortto deliver --help': { code: 0, says: 'Examples:' },
  'npm run sandbox -- --help': { code: 0, says: 'Examples:' },
  'ortto workbench --help': { code: 0, says: 'Examples:' },
  'npm run sandbox': { path: '/sandbox/account', brings: 'My online store' },
  'npm run sandbox -- --port 8030 --account examples/account.json': { path: '/sandbox/account', brings: 'My online' },
  'npm run workbench': { path: '/api/mappings', brings: 'Upsert Contact' },
  'npm run workbench -- --mappings examples/mappings.json': { path: '/api/mappings', brings: 'VIP' }
}

/** The test that runs an example elsewhere. Those of an archive and the curl lines run one after the other. */
const ELSEWHERE: Record<string, string> = {
  'npx ortto estimate archive/ --contacts 5000 --activities 5': archive(),
  'npx ortto deliver archive/ --dry-run': archive(),
  'npx ortto deliver archive/': archive(),
  'npx ortto deliver archive/ --to ortto --results results.ndjson --rejected rejected.ndjson': archive(),
  'curl … # → …': '`cli/__tests__/readmes.test.ts` › show what they say they show, one after the other',
  'TypeScript of sandbox/README.md':
    '`cli/__tests__/readmes.test.ts` › sandbox/README.md shows the contact that it sent',
  'TypeScript of delivery/README.md':
    '`cli/__tests__/readmes.test.ts` › delivery/README.md shows a result for each line',
  'TypeScript of workbench/README.md': '`cli/__tests__/readmes.test.ts` › workbench/README.md sends an event',
  'TypeScript of stream/README.md': '`stream/__tests__/commands.test.ts` › publishes an event and shows the status',
  'nats-server --jetstream --addr 127.0.0.1 --store_dir ~/ortto-stream &': stream(),
  'node dist/cli/ortto.js publish archive/': stream(),
  'node dist/cli/ortto.js work --to ortto &': stream(),
  'node dist/cli/ortto.js work --to ortto': stream(),
  'node dist/cli/ortto.js work --status': stream(),
  'output of docs/scaling.md': stream(),
  'node dist/cli/ortto.js workbench --publish':
    '`stream/__tests__/commands.test.ts` › receive the live events of ortto workbench --publish',
  'export ORTTO_API_KEY=… ORTTO_WRITE_KEY=$(openssl rand -hex 16)': serving(),
  'node dist/cli/ortto.js serve --to ortto --rejected rejected.ndjson': serving(),
  'node dist/cli/ortto.js serve --help': '`cli/__tests__/environment.test.ts` › are shown in the help of each command',
  'npm run test:stream -- reliability':
    '`stream/__tests__/reliability.test.ts` › docs/reliability.md contains the results',
  'npm run test:stream -- kill':
    '`stream/__tests__/kill.test.ts` › store every event once and in order, or reject it with the reason',
  'npm run generate': '`__tests__/generated-files.test.ts` › are what `npm run generate` writes',
  'npm run drop-in -- ../action-destinations':
    '`scripts/__tests__/drop-in.test.ts` › copies this project and prints what to run',
  'JSON of docs/warehouse-files.md': '`cli/__tests__/tables.test.ts` › of other layouts are described by --columns',
  'JSON of README.md':
    '`scripts/__tests__/readme-mappings.test.ts` › keep an audience equal to the rows of a warehouse model'
}

function archive(): string {
  return '`cli/__tests__/readmes.test.ts` › do what they say, the last one again when it is cut short'
}

function serving(): string {
  return '`cli/__tests__/serve.test.ts` › does what docs/serve.md says'
}

function stream(): string {
  return '`stream/__tests__/commands.test.ts` › start a server, publish a folder and let two workers deliver it'
}

/** What no test runs, and why. What CI runs as it stands needs no line here. */
const NOT_RUN: Record<string, string> = {
  'output of sandbox/README.md': '`npm run check:package` runs the recipe for Jest; GitHub Actions are not here',
  'output of docs/architecture.md': 'it is a picture',
  'docker compose up': 'Docker is not here; `npm run check:container` runs what it starts',
  'curl http://127.0.0.1:8030/sandbox/contacts': 'it follows docker compose up',
  'npm install --save-dev ./actions-ortto-0.1.0.tgz': '`npm run check:package` installs the package',
  'npm run ci': 'it runs the tests',
  'npm run check:wording': 'it runs the tests',
  'PICTURES=1 npm run test:browser': 'it writes the pictures in docs/ anew; CI runs it without',
  'apt-get install -y nats-server': 'it changes the machine; CI does it where there is none',
  'RENEW=1 npm run test:stream -- reliability': 'it writes docs/reliability.md anew, with which the test compares',
  'npm install csv-parse@7 hyparquet@1': 'it needs a registry; this project has the packages',
  'npm install prom-client@15': 'it needs a registry; this project has the package',
  'npm install @nats-io/transport-node@3 @nats-io/jetstream@3 @nats-io/kv@3':
    'it needs a registry; this project has the packages',
  'npm run mutate': 'it takes half an hour',
  'npm run mutate:sandbox': 'it takes half an hour',
  'npm run mutate -- --mutate src/values.ts': 'it takes minutes',
  'npm run mutate -- --concurrency 1': 'it takes an hour',
  'npm audit --omit=dev': 'it needs a registry that answers it',
  'npm run bench:page': 'it needs Chromium',
  'npm run bench:sandbox': 'it measures for minutes',
  'npm run bench': 'it measures for minutes, and needs bench/live',
  'npm run bench:stream': 'it measures for minutes',
  'npm run bench:stream -- 3000 5 2': 'it measures for minutes'
}

/** The README, those of the folders, and the documents. */
async function documents(): Promise<Map<string, string>> {
  const folders = (await readdir(ROOT, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && !['node_modules', 'dist', 'coverage'].includes(entry.name)
  )
  const files = await Promise.all(
    folders.map(async ({ name }) => (await readdir(join(ROOT, name))).map((file) => `${name}/${file}`))
  )
  const paths = ['README.md', 'CONTRIBUTING.md', ...files.flat().filter((path) => path.endsWith('.md'))]
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, string]> => [path, await readFile(join(ROOT, path), 'utf8')])
    )
  )
}

/** The examples of a document: the lines of its shell blocks, its other blocks, and the commands in its sentences. */
function examplesIn(document: string, path: string): string[] {
  const blocks = [...document.matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms)].flatMap(([, language, content]) => {
    switch (language) {
      case 'sh':
        return content.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
      case 'ts':
        return [`TypeScript of ${path}`]
      case 'json':
        return [`JSON of ${path}`]
      default:
        return [`output of ${path}`]
    }
  })
  const sentences = document.replace(/^ *```.*?^ *```$/gms, '')
  const inline = [...sentences.matchAll(/`([^`]+)`/g)].map(([, code]) => code.replace(/\s+/g, ' '))
  return [
    ...blocks.map((line) => (/^curl .* # → ./.test(line) ? 'curl … # → …' : line.replace(/ +# .*$/, ''))),
    ...inline.filter((code) => /^([A-Z]+=\S+ )?(npm (run|test|ci|audit|install)|npx|node dist|apt-get) ?/.test(code)),
    ...inline.filter((code) => /^ortto .*--help$/.test(code))
  ]
}

describe('each example of the documents', () => {
  it('is run by a test or by CI, or it is said why not', async () => {
    const steps = await readFile(join(ROOT, '.ci', 'run'), 'utf8')
    const isStep = (command: string) => steps.split('\n').some((line) => /^step /.test(line) && line.endsWith(command))
    const known = { ...RUN, ...ELSEWHERE, ...NOT_RUN }
    const found = [...(await documents())].flatMap(([path, document]) =>
      examplesIn(document, path).map((example) => ({ path, example }))
    )
    const missed = found.filter(
      ({ example }) =>
        !(example in known) && !example.split(' && ').every((part) => isStep(`' ${part}`) || isStep(`" ${part}`))
    )

    expect(missed.map(({ path, example }) => `${path}: no test runs this example: ${example}`)).toEqual([])
    expect(Object.keys(known).filter((one) => !found.some(({ example }) => example === one))).toEqual([])
  })

  it('has the test that is named for it', async () => {
    const problems = await Promise.all(Object.values(ELSEWHERE).map(problemOf))

    expect(problems.filter(Boolean)).toEqual([])
  })
})

describe('each mention of a command', () => {
  it('has options that the command knows', async () => {
    const mentions = [...(await documents())].flatMap(([path, document]) =>
      [...document.replace(/\s+/g, ' ').matchAll(/`(?:(?:npx )?ortto|node dist\/cli\/ortto\.js) (\w+)([^`]*)`/g)].map(
        ([, command, rest]) => ({ path, command, options: rest.match(/--[\w-]+/g) ?? [] })
      )
    )
    const commands = [...new Set(mentions.map(({ command }) => command))]
    const helps = new Map(
      await Promise.all(
        commands.map(async (command): Promise<[string, string]> => {
          const lines: string[] = []
          await run([command, '--help'], { log: (line) => lines.push(line), error: () => undefined })
          return [command, lines.join('\n')]
        })
      )
    )
    const unknown = mentions.flatMap(({ path, command, options }) =>
      ['', ...options]
        .filter((option) => !new RegExp(`${option}\\b`).test(helps.get(command) || '-'))
        .map((option) => `${path}: ortto ${command} ${option}`)
    )

    expect(mentions.length).toBeGreaterThan(15)
    expect(unknown).toEqual([])
  })
})

/** Starts a command as a shell and npm do, but from the source, where it was not built. */
function start(line: string, folder: string, env: Record<string, string> = {}) {
  const command = line
    .replace(/(^| )(?:npx )?ortto /, '$1node dist/cli/ortto.js ')
    .replace(/npm (?:run )?(\w+)(?: --)?/, (_, name: keyof typeof scripts) => scripts[name])
    .replace(/(node) dist\/([\w/]+)\.js/, '$1 --import tsx $2.ts')
  return spawn('bash', ['-c', command.startsWith('node') ? `exec ${command}` : command], {
    cwd: ROOT,
    env: { ...process.env, npm_package_name: 'actions-ortto', INIT_CWD: folder, ...env }
  })
}

async function end(child: ReturnType<typeof start>): Promise<{ code: number | null; out: string; error: string }> {
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)])
  const code = child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0]
  return { code, out, error }
}

/** Resolves with the first address that a server prints. */
function addressOf({ stdout, stderr }: ReturnType<typeof start>): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const onData = (chunk: Buffer) => {
      printed += chunk.toString()
      const [, origin] = /(http:\/\/127\.0\.0\.1:\d+)$/m.exec(printed) ?? []
      if (origin !== undefined) {
        resolve(origin)
      }
    }
    stdout.on('data', onData).on('end', () => reject(new Error(`It ended: ${printed}`)))
    stderr.on('data', onData)
  })
}

describe('an example', () => {
  let folder: string
  let ortto: { origin: string; close: () => Promise<void> }
  let env: { ORTTO_API_KEY: string }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    await symlink(join(ROOT, 'examples'), join(folder, 'examples'))
    for (const place of ['path/to', 'archive']) {
      await mkdir(join(folder, place), { recursive: true })
      await copyFile(join(ROOT, 'examples', 'events.ndjson'), join(folder, place, 'events.ndjson'))
    }
    const { app, apiKey } = createSandbox({ account: exampleAccount })
    ortto = await serve(app)
    env = { ORTTO_API_KEY: apiKey }
  })
  afterEach(async () => {
    await ortto.close()
    await rm(folder, { recursive: true })
  })

  it.each(Object.entries(RUN))(
    'does what it says: %s',
    async (example, expected) => {
      const line = example
        .replace('ORTTO_API_KEY=…', `ORTTO_API_KEY=${env.ORTTO_API_KEY}`)
        .replace(/--to ortto|check$/, (found) => `${found.replace('--to ortto', '')} --to ${ortto.origin}`)
      if ('code' in expected) {
        const { code, out, error } = await end(start(line, folder, env))

        expect([code, error]).toEqual([expected.code, ''])
        expect(out).toContain(expected.says)
        return
      }
      // Another program may have the port.
      const anyPort = `${line.replace(' --port 8030', '')}${line.includes('--') ? '' : ' --'} --port 0`
      const server = start(`${anyPort}${line.includes('workbench') ? ' --ortto-port 0' : ''}`, folder)
      try {
        const origin = await addressOf(server)
        expect(await (await fetch(origin + expected.path)).text()).toContain(expected.brings)
        server.kill('SIGINT')
        expect(await once(server, 'exit')).toEqual([0, null])
      } finally {
        server.kill('SIGKILL')
      }
    },
    60_000
  )
})
