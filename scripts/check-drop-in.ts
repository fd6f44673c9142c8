import { access, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'fs/promises'
import { createRequire, isBuiltin } from 'module'
import { join, relative } from 'path'
import ts from 'typescript'
import { check, CheckFailed, mustRun, passed, ROOT } from './checking'
import { definitionFaults, membersOf, metadataFaults } from './drop-in-faults'

const STAND_IN = join(ROOT, 'scripts', 'drop-in')
const DESTINATION = join('packages', 'destination-actions', 'src', 'destinations', 'ortto')

/** What destinations of the monorepo import, beside what comes with Node. */
const IMPORTS = /^(@segment\/actions-core|dayjs(\/.+)?|lodash\/.+)$/

/** `npm run check:drop-in`: `src/` and `__tests__/` work in Segment's monorepo, copied as the README says. */
async function checkDropIn(folder: string): Promise<void> {
  const bin = (name: string) => join(folder, 'node_modules', '.bin', name)
  const options = { cwd: folder }
  await settle(folder)

  await checkImports(join(folder, DESTINATION))
  await mustRun('src/ does not compile in the monorepo.', bin('tsc'), ['-p', '.'], options)
  passed('TypeScript 5.5 compiles it to ES2020, with the settings of the monorepo')
  const files = [`${DESTINATION}/**/*.{ts,json}`]
  await mustRun('Prettier 2.4 would write it otherwise.', bin('prettier'), ['--check', ...files], options)
  passed('Prettier 2.4 changes nothing')
  await mustRun("It breaks the monorepo's ESLint rules.", bin('eslint'), ['--max-warnings', '0', '.'], options)
  passed("the monorepo's ESLint rules are kept")

  await checkDefinition(folder)
  await mustRun('Its tests fail in the monorepo.', bin('jest'), ['--ci'], options)
  passed('its tests pass')
}

/** A folder like the monorepo's, with the destination in it, and without anything else of ours. */
async function settle(folder: string): Promise<void> {
  await cp(STAND_IN, folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') })
  await copyFile(join(folder, 'lint.mjs'), join(folder, 'eslint.config.mjs'))
  await mustRun('What the monorepo has cannot be installed.', 'npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder
  })
  const home = join(folder, DESTINATION)
  await mkdir(home, { recursive: true })
  await cp(join(ROOT, 'src'), home, { recursive: true })
  await cp(join(ROOT, '__tests__'), join(home, '__tests__'), { recursive: true })
  for (const left of ['generated-files.test.ts', 'every-answer.test.ts']) {
    await rm(join(home, '__tests__', left))
  }
  for (const path of await typeScriptIn(join(home, '__tests__'))) {
    await writeFile(path, (await readFile(path, 'utf8')).replace(/\.\.\/src\b/g, '..'))
  }
  passed('copied as the README says, into a folder with what the monorepo has')
}

async function checkImports(home: string): Promise<void> {
  for (const path of await typeScriptIn(home)) {
    const name = relative(home, path)
    if (name.startsWith('__tests__')) {
      continue
    }
    const { importedFiles } = ts.preProcessFile(await readFile(path, 'utf8'))
    const strange = importedFiles.find(({ fileName }) => !/^\.\.?(\/|$)/.test(fileName) && !mayImport(fileName))
    if (strange) {
      throw new CheckFailed(
        `src/${name} imports ${strange.fileName}. A destination there imports core, dayjs, lodash by method, and Node's own.`
      )
    }
  }
  passed('it imports what the monorepo has')
}

function mayImport(name: string): boolean {
  return IMPORTS.test(name) || isBuiltin(name)
}

async function checkDefinition(folder: string): Promise<void> {
  const compiled = join(folder, 'out', 'destinations', 'ortto', 'index.js')
  const load: (path: string) => unknown = createRequire(compiled)
  const { default: definition } = membersOf(load(compiled))
  tell(definitionFaults(definition))
  passed("the definition has what the monorepo's validator asks for")
  for (const key of Object.keys(membersOf(membersOf(definition).actions))) {
    await access(join(folder, DESTINATION, key, 'generated-types.ts')).catch(() => {
      throw new CheckFailed(`The monorepo writes the types of ${key} into ${key}/, which is no folder of src/.`)
    })
  }
  passed('the types of each action are where the monorepo writes them')
  const metadata: unknown = JSON.parse(await readFile(join(folder, DESTINATION, 'metadata.json'), 'utf8'))
  tell(metadataFaults(metadata, definition))
  passed("metadata.json has the monorepo's shape, and says what the definition says")
}

function tell(faults: readonly string[]): void {
  if (faults.length > 0) {
    throw new CheckFailed(faults.join('\n'))
  }
}

async function typeScriptIn(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true })
  return paths.filter((path) => path.endsWith('.ts')).map((path) => join(folder, path))
}

void check(checkDropIn)
