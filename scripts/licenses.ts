import { readdirSync, readFileSync } from 'fs'
import { join } from 'path'

const ROOT = join(__dirname, '..')

/** Licences that ask for no more than their own text beside the code. Any other one fails a test. */
const ALLOWED = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'Unlicense']

/** Packages that declare no licence, and what is known of them. */
const UNDECLARED: Record<string, string> = {
  '@segment/fql-ts':
    'none declared. Its package.json has neither `license` nor `repository`, and the package holds no licence file. ' +
    'Segment publishes it, and it comes with `@segment/actions-core` and `@segment/destination-subscriptions`, ' +
    'both MIT, whose parser of triggers it is'
}

/** A package of package-lock.json, as far as it is read. */
interface Locked {
  version?: string
  license?: string
  dev?: boolean
  dependencies?: Record<string, string>
}

/**
 * The packages that run in Node or in the workbench's page, and whose licence is not allowed, as package-lock.json has
 * them: `name (licence)`.
 */
export function findDisallowedLicenses(packages: Record<string, Locked> = lockedPackages()): string[] {
  const running = Object.keys(packages).filter((path) => path !== '' && !packages[path].dev)
  const page = closureOf(packagesOfPage(), packages)
  return [...new Set([...running, ...page])]
    .filter((path) => !isAllowed(packages[path].license) && !(nameOf(path) in UNDECLARED))
    .map((path) => `${nameOf(path)} (${packages[path].license ?? 'none declared'})`)
}

function lockedPackages(): Record<string, Locked> {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> }
  return lock.packages
}

/** Of `(MIT OR CC0-1.0)` one is enough. */
function isAllowed(license = ''): boolean {
  return license
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((one) => ALLOWED.includes(one))
}

/** `node_modules/a/node_modules/@b/c` is `@b/c`. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/** The packages that the page's files import. */
function packagesOfPage(): string[] {
  const folder = join(ROOT, 'workbench', 'page', 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(tsx?|css)$/.test(file))
  const imported = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import) '((?:@[\w-]+\/)?[\w-]+)/g)].map(
      ([, name]) => name
    )
  )
  return [...new Set(imported)].map((name) => `node_modules/${name}`)
}

/** The packages, and all that they depend on, found where Node finds them. */
function closureOf(paths: readonly string[], packages: Record<string, Locked>): string[] {
  const found = new Set<string>()
  const open = [...paths]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (path in packages && !found.has(path)) {
      found.add(path)
      open.push(...Object.keys(packages[path].dependencies ?? {}).map(resolveFrom(path, packages)))
    }
  }
  return [...found]
}

function resolveFrom(path: string, packages: Record<string, Locked>): (name: string) => string {
  return (name) => {
    const folders = path.split('/node_modules/').map((_, index, parts) => parts.slice(0, parts.length - index))
    const places = folders.map((parts) => `${parts.join('/node_modules/')}/node_modules/${name}`)
    return places.find((place) => place in packages) ?? `node_modules/${name}`
  }
}
