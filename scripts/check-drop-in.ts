import { cp, mkdir, readdir, readFile, writeFile } from 'fs/promises'
import { createRequire, isBuiltin } from 'module'
import { join, relative } from 'path'
import ts from 'typescript'
import { check, CheckFailed, mustRun, passed, ROOT } from './checking'
import { copyDestination, DESTINATION } from './monorepo/copy-destination'
import { findChanges } from './monorepo/generated-files'
import { runGit } from './monorepo/git'
import { membersOf } from './monorepo/members'
import type { TypedDefinition } from './monorepo/types'
import { validateDefinition } from './monorepo/validate'

const STAND_IN = join(ROOT, 'scripts', 'drop-in')

/** The packages that a destination of the monorepo imports, besides the modules of Node */
const IMPORTS = /^(@segment\/actions-core|dayjs(\/.+)?|lodash\/.+)$/

/**
 * `npm run check:drop-in`: checks that the destination works in Segment's monorepo, in a folder with the packages and
 * the settings of the monorepo.
 */
async function checkDropIn(folder: string): Promise<void> {
  const bin = (name: string) => join(folder, 'node_modules', '.bin', name)
  const options = { cwd: folder }
  await createStandIn(folder)
  await copyDestination(folder, ROOT)
  passed('`npm run drop-in` copies it into a repository like the monorepo')

  await checkImports(join(folder, DESTINATION))
  await mustRun('src/ does not compile in the monorepo.', bin('tsc'), ['-p', '.'], options)
  passed('TypeScript compiles it to ES2020, with the settings of the monorepo')
  const sources = `${DESTINATION}/**/*.ts`
  await mustRun('Prettier would format it differently in the monorepo.', bin('prettier'), ['--check', sources], options)
  passed('Prettier changes nothing')
  const lint = ['--max-warnings', '0', '--ext', '.ts', 'packages']
  await mustRun("It breaks the monorepo's ESLint rules.", bin('eslint'), lint, options)
  passed("it follows the monorepo's ESLint rules")

  await checkDefinition(folder)
  await mustRun('Its tests fail in the monorepo.', bin('jest'), ['--ci'], options)
  passed('its tests pass')
}

/** Makes a git repository that has what the monorepo has, and an earlier version of the destination. */
async function createStandIn(folder: string): Promise<void> {
  await cp(STAND_IN, folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') })
  await mkdir(join(folder, DESTINATION), { recursive: true })
  await writeFile(join(folder, DESTINATION, 'earlier-version.ts'), 'export const isGone = false\n')
  const author = ['-c', 'user.name=check', '-c', 'user.email=check@example.com']
  await runGit(folder, 'init', '--quiet')
  await runGit(folder, 'add', '--all')
  await runGit(folder, ...author, 'commit', '--quiet', '--message', 'Add the earlier version')
  const install = ['ci', '--no-audit', '--no-fund']
  await mustRun('The packages of the monorepo could not be installed.', 'npm', install, { cwd: folder })
}

async function checkImports(home: string): Promise<void> {
  for (const path of await listTypeScript(home)) {
    const name = relative(home, path)
    if (name.startsWith('__tests__')) {
      continue
    }
    const { importedFiles } = ts.preProcessFile(await readFile(path, 'utf8'))
    const forbidden = importedFiles.find(({ fileName }) => !/^\.\.?(\/|$)/.test(fileName) && !mayImport(fileName))
    if (forbidden) {
      throw new CheckFailed(
        `src/${name} imports ${forbidden.fileName}. A destination may import @segment/actions-core, dayjs, ` +
          'lodash by method, and the modules of Node.'
      )
    }
  }
  passed('it imports only what the monorepo has')
}

function mayImport(name: string): boolean {
  return IMPORTS.test(name) || isBuiltin(name)
}

async function checkDefinition(folder: string): Promise<void> {
  const compiled = join(folder, 'out', 'destinations', 'ortto', 'index.js')
  const load: (path: string) => unknown = createRequire(compiled)
  const { default: definition } = membersOf(load(compiled))
  failOn(validateDefinition(definition))
  passed("the definition passes the monorepo's validation")
  const changes = await findChanges(definition as TypedDefinition, join(folder, DESTINATION))
  failOn(
    changes.map(({ path }) => `src/${path} is not what the monorepo's generators write. Run \`npm run generate\`.`)
  )
  passed("the monorepo's generators would change nothing")
}

function failOn(faults: readonly string[]): void {
  if (faults.length > 0) {
    throw new CheckFailed(faults.join('\n'))
  }
}

async function listTypeScript(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true })
  return paths.filter((path) => path.endsWith('.ts')).map((path) => join(folder, path))
}

void check(checkDropIn)
