import { cp, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'fs/promises'
import { basename, join } from 'path'
import { runGit } from './git'

/** The folder of the monorepo that holds all destinations */
const DESTINATIONS = 'packages/destination-actions/src/destinations'

/** The folder of this destination in the monorepo */
export const DESTINATION = `${DESTINATIONS}/ortto`

/** The tests that stay here, each with the reason. All other tests run in the monorepo as well. */
export const TESTS_LEFT_OUT: Readonly<Record<string, string>> = {
  'every-response.test.ts': 'it needs fast-check and delivery/, which the monorepo does not have',
  'generated-files.test.ts': "it runs this project's generator; the monorepo checks its generated files itself"
}

/** The destination cannot be copied there, and nothing was changed. The message is one sentence for the user. */
export class CopyRefused extends Error {}

export interface Copied {
  /** Paths of the copied files below the destination's folder */
  files: string[]
  /** Paths of the files that were there before and are not any more */
  removed: string[]
}

/**
 * Replaces the destination in a checkout of the monorepo by `src/` and its tests.
 * @param checkout the folder of the checkout
 * @param project the folder that has `src/` and `__tests__/`
 * @throws CopyRefused when this is not a checkout, or when files in the destination's folder are not committed
 */
export async function copyDestination(checkout: string, project: string): Promise<Copied> {
  await requireCheckout(checkout)
  await requireCommitted(checkout)
  const home = join(checkout, DESTINATION)
  const before = await listFiles(home)
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  await cp(join(project, 'src'), home, { recursive: true, filter: isPortable })
  const tests = join(home, '__tests__')
  await cp(join(project, '__tests__'), tests, { recursive: true, filter: isPortable })
  for (const path of (await listFiles(tests)).filter((path) => path.endsWith('.ts'))) {
    const text = await readFile(join(tests, path), 'utf8')
    await writeFile(join(tests, path), rewriteImports(text))
  }
  const files = await listFiles(home)
  return { files, removed: before.filter((path) => !files.includes(path)) }
}

async function requireCheckout(checkout: string): Promise<void> {
  if (!(await isFolder(checkout))) {
    throw new CopyRefused(`${checkout} is not a folder.`)
  }
  const top = await runGit(checkout, 'rev-parse', '--show-toplevel').catch(() => '')
  const isTop = top !== '' && (await realpath(top.trim())) === (await realpath(checkout))
  if (!isTop || !(await isFolder(join(checkout, DESTINATIONS)))) {
    throw new CopyRefused(
      `${checkout} is not a checkout of segmentio/action-destinations: it must be a git repository with ${DESTINATIONS}/.`
    )
  }
}

async function requireCommitted(checkout: string): Promise<void> {
  const changed = await runGit(checkout, 'status', '--porcelain', '--untracked-files=all', '--', DESTINATION)
  if (changed !== '') {
    throw new CopyRefused(
      `${DESTINATION}/ has changes that are not committed, which would be lost: commit or remove them first.`
    )
  }
}

/** Leaves out documents, which no destination of the monorepo has, and tests that cannot run there. */
function isPortable(path: string): boolean {
  const name = basename(path)
  return name !== 'README.md' && !Object.keys(TESTS_LEFT_OUT).includes(name.replace(/\.snap$/, ''))
}

/** In the monorepo the tests are inside the destination's folder: `../src` becomes `..`. */
function rewriteImports(text: string): string {
  return text.replace(/(['"])((?:\.\.\/)*\.\.)\/src(?=['"/])/g, '$1$2')
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )
}

async function listFiles(folder: string): Promise<string[]> {
  if (!(await isFolder(folder))) {
    return []
  }
  const names = await readdir(folder, { recursive: true })
  const files: string[] = []
  for (const name of names.sort()) {
    if (!(await isFolder(join(folder, name)))) {
      files.push(name)
    }
  }
  return files
}
