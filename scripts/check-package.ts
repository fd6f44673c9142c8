import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'fs/promises'
import { join } from 'path'
import { check, CheckFailed, install, mustRun, packInto, passed, ROOT, run, start } from './checking'
import type { Ended, RunOptions } from './checking'

/** What the package may hold. */
const CONTENT = [
  /^(package\.json|README\.md|LICENSE)$/,
  /^(dist\/)?examples\/[\w-]+\.(nd)?json$/,
  /^examples\/serve\/[\w-]+\.(json|yaml)$/,
  /^dist\/(index|(src|common|delivery|sandbox)\/[\w/-]+(\.types)?)(\.d\.ts|\.js)$/,
  /^dist\/workbench\/directives\.js$/,
  /^dist\/(cli|common|delivery|sandbox|service|stream|workbench\/server)\/[\w/-]+\.js$/,
  /^dist\/workbench\/page\/(index\.html|licenses\.txt|assets\/[\w-]+\.(js|css|svg))$/
]

/** `npm run check:package`: what `npm pack` makes works in a folder that holds nothing else. */
async function checkPackage(folder: string): Promise<void> {
  const tarball = await packInto(folder)
  passed('packed')
  await checkSize(tarball)
  await lint(tarball, folder)
  await publishDry()

  const alone = await install(join(folder, 'alone'), [tarball])
  await checkContent(alone)
  await checkImport(alone)
  await checkRecipes(tarball, folder)
  await demo(alone)
  await deliver(alone)
  await serve(alone)

  // Its schema keys are no URIs to a newer fast-uri, which may be there first.
  const beside = await install(join(folder, 'beside'), ['fast-uri@3'])
  await install(beside, [tarball])
  await deliver(beside)
}

/** Bytes of the packed package */
const MAX_BYTES = 900_000

async function checkSize(tarball: string): Promise<void> {
  const { size } = await stat(tarball)
  if (size > MAX_BYTES) {
    throw new CheckFailed(`The package has ${size} bytes, more than its budget of ${MAX_BYTES}.`)
  }
  passed(`it has ${Math.round(size / 1000)} KB, of at most ${MAX_BYTES / 1000}`)
}

/** npm would publish it. Nothing is built again, and nothing is sent. */
async function publishDry(): Promise<void> {
  const args = ['publish', '--dry-run', '--ignore-scripts', '--provenance=false']
  await mustRun('npm would not publish the package.', 'npm', args, { cwd: ROOT })
  passed('npm would publish it')
}

async function lint(tarball: string, cwd: string): Promise<void> {
  const bin = join(ROOT, 'node_modules', '.bin')
  await mustRun('publint finds fault with the package.', join(bin, 'publint'), ['run', tarball, '--strict'], { cwd })
  passed('publint finds no fault')
  const attw = ['--no-definitely-typed', '--no-emoji', tarball]
  await mustRun('Its types are wrong, says @arethetypeswrong/cli.', join(bin, 'attw'), attw, { cwd })
  passed('its types resolve in every way, says @arethetypeswrong/cli')
}

async function checkContent(folder: string): Promise<void> {
  const home = join(folder, 'node_modules', 'actions-ortto')
  const entries = await readdir(home, { recursive: true })
  const paths = entries.filter((entry) => !entries.some((other) => other.startsWith(join(entry, '/'))))
  const strange = paths.filter((path) => path.includes('__') || !CONTENT.some((pattern) => pattern.test(path)))
  if (strange.length > 0) {
    throw new CheckFailed(`The package holds what nobody needs: ${strange.join(', ')}. See files in package.json.`)
  }
  passed(`${paths.length} files are in it, and none is a test, a source or a source map`)
}

/** A caller in JavaScript and one in TypeScript get the destination, which the framework there takes. */
async function checkImport(cwd: string): Promise<void> {
  const program = `
    const { Destination } = require('@segment/actions-core')
    new Destination(require('actions-ortto')).validateSettings({ api_key: 'key' })`
  await mustRun("require('actions-ortto') does not give the destination.", 'node', ['-e', program], { cwd })
  const typed = `
    import ortto from 'actions-ortto'
    export const names: [string, string[]] = [ortto.name, Object.keys(ortto.actions)]
    // @ts-expect-error The name is a text: were it any, the types would be lost.
    export const wrong: number = ortto.name`
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
  for (const file of ['caller.cts', 'caller.mts']) {
    await writeFile(join(cwd, file), typed)
    const args = ['--strict', '--noEmit', '--module', 'node16', '--target', 'es2022', '--types', 'node', file]
    await mustRun("TypeScript can't use the package.", tsc, args, { cwd })
  }
  passed("require('actions-ortto') and TypeScript's import give the destination")
}

/** The recipes of sandbox/README.md run in empty projects, of ES modules and of CommonJS. */
async function checkRecipes(tarball: string, folder: string): Promise<void> {
  const text = await readFile(join(ROOT, 'sandbox', 'README.md'), 'utf8')
  const recipe = (name: string) => {
    const [, code] = new RegExp(`^### ${name}\\n[^]*?\`\`\`\\w+\\n([^]*?)\`\`\``, 'm').exec(text) ?? []
    if (code === undefined) {
      throw new CheckFailed(`sandbox/README.md has no recipe for ${name}.`)
    }
    return code
  }
  const esm = await project(join(folder, 'esm'), 'module', [tarball, 'vitest@3', '@types/node@20'])
  await writeFile(join(esm, 'ortto.test.ts'), recipe('Vitest'))
  await mustRun('The recipe for Vitest fails.', join(esm, 'node_modules', '.bin', 'vitest'), ['run'], { cwd: esm })
  const tsc = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', 'ortto.test.ts']
  await mustRun('TypeScript refuses the recipe for Vitest.', join(ROOT, 'node_modules', '.bin', 'tsc'), tsc, {
    cwd: esm
  })
  passed('the recipe for Vitest runs in an empty project, and TypeScript accepts it')

  const cjs = await project(join(folder, 'cjs'), 'commonjs', [tarball, 'jest@29'])
  await writeFile(join(cjs, 'ortto.test.js'), recipe('Jest'))
  await mustRun('The recipe for Jest fails.', join(cjs, 'node_modules', '.bin', 'jest'), [], { cwd: cjs })
  passed('the recipe for Jest runs in an empty project')
}

async function project(cwd: string, type: 'module' | 'commonjs', packages: readonly string[]): Promise<string> {
  await mkdir(cwd)
  await writeFile(join(cwd, 'package.json'), JSON.stringify({ private: true, type }))
  return install(cwd, packages)
}

/** Without a checkout, the demo finds the examples in the package. */
async function demo(cwd: string): Promise<void> {
  const { output } = await ortto(['demo'], { cwd })
  if (!output.includes('18 results: ')) {
    throw new CheckFailed(`ortto demo does not deliver the examples.\n${output}`)
  }
  passed('ortto demo delivers the examples')
}

/** The examples come out as they do in this project. */
async function deliver(cwd: string): Promise<void> {
  const here = ['dist/cli/ortto.js', 'deliver', 'examples/events.ndjson']
  const expected = resultsOf((await run('node', here, { cwd: ROOT })).output)
  const { output } = await ortto(['deliver', await examples(cwd)], { cwd })
  if (resultsOf(output) !== expected) {
    throw new CheckFailed(
      `ortto deliver does something else there than here, where it ends with: ${expected}\n${output}`
    )
  }
  passed(`ortto deliver: ${expected}`)
}

/** The local Ortto that it starts takes what it delivers, and the workbench answers. */
async function serve(cwd: string): Promise<void> {
  const sandbox = start(join(cwd, 'node_modules', '.bin', 'ortto'), ['sandbox', '--port', '0'], { cwd })
  const [, origin, key] = await sandbox.says(/running at (\S+)\nAPI key: (\S+)/)
  const args = ['deliver', await examples(cwd), '--to', origin]
  const { output } = await ortto(args, { cwd, env: { ORTTO_API_KEY: key } })
  const contacts = await get(`${origin}/sandbox/contacts`)
  if (contacts === '[]') {
    throw new CheckFailed(`ortto sandbox takes nothing of what ortto deliver brings it.\n${output}`)
  }
  await mustEnd(sandbox.stop(), 'ortto sandbox')
  passed(`ortto sandbox: ${resultsOf(output)}`)

  const ports = ['--port', '0', '--ortto-port', '0']
  const workbench = start(join(cwd, 'node_modules', '.bin', 'ortto'), ['workbench', ...ports], { cwd })
  const [, page] = await workbench.says(/workbench is running at (\S+)/)
  const [, script] = /<script[^>]+src="([^"]+)"/.exec(await get(page)) ?? []
  await get(new URL(script, page).href)
  await get(`${page}/api/setup`)
  await mustEnd(workbench.stop(), 'ortto workbench')
  passed('ortto workbench: its page, and what stands behind it, answer')
}

function ortto(args: readonly string[], options: RunOptions) {
  return run(join(options.cwd, 'node_modules', '.bin', 'ortto'), args, options)
}

/** A copy of the example events, which have no ledger yet. */
async function examples(cwd: string): Promise<string> {
  const path = join(cwd, `events-${(await readdir(cwd)).length}.ndjson`)
  await copyFile(join(cwd, 'node_modules', 'actions-ortto', 'examples', 'events.ndjson'), path)
  return path
}

function resultsOf(output: string): string {
  const [, results] = /Results: (.*)$/m.exec(output) ?? []
  if (results === undefined) {
    throw new CheckFailed(`ortto deliver does not say what became of the example events.\n${output}`)
  }
  return results
}

async function get(url: string): Promise<string> {
  const response = await fetch(url)
  const text = await response.text()
  if (!response.ok || text === '') {
    throw new CheckFailed(`${url} answers ${response.status}: ${text}`)
  }
  return text
}

async function mustEnd(ended: Promise<Ended>, name: string): Promise<void> {
  const { code, output } = await ended
  if (code !== 0) {
    throw new CheckFailed(`${name} ends with ${code} when it is stopped.\n${output}`)
  }
}

void check(checkPackage)
