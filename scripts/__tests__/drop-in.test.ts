import { execFile } from 'child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'fs'
import { tmpdir } from 'os'
import { dirname, join } from 'path'
import { promisify } from 'util'
import { copyDestination, CopyRefused, DESTINATION, TESTS_LEFT_OUT } from '../monorepo/copy-destination'
import { runGit } from '../monorepo/git'

const ROOT = join(__dirname, '..', '..')
const DESTINATIONS = dirname(DESTINATION)

let folder: string
let project: string
let checkout: string

function write(base: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true })
    writeFileSync(join(base, path), text)
  }
}

async function commit(): Promise<void> {
  await runGit(checkout, 'add', '--all')
  await runGit(checkout, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'a')
}

/** All files of the checkout and their texts, without those of git. */
function snapshot(): Record<string, string> {
  const paths = readdirSync(checkout, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('.git'))
  const files = paths.filter((path) => statSync(join(checkout, path)).isFile())
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(checkout, path), 'utf8')]))
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drop-in-test-'))
  project = join(folder, 'project')
  write(project, {
    'src/index.ts': 'export default 1\n',
    'src/send/index.ts': 'export default 2\n',
    'src/README.md': 'About it.\n',
    '__tests__/index.test.ts': "import one from '../src'\nimport two from '../src/send'\njest.mock('../src/send')\n",
    '__tests__/__helpers__/harness.ts': 'import one from "../../src"\nconst path = "../srcs"\n',
    '__tests__/__snapshots__/index.test.ts.snap': 'exports[`../src`] = 1\n',
    '__tests__/every-response.test.ts': "import '../delivery'\n",
    '__tests__/__snapshots__/every-response.test.ts.snap': 'exports[`a`] = 1\n'
  })
  checkout = join(folder, 'monorepo')
  write(checkout, {
    'README.md': 'The monorepo.\n',
    [`${DESTINATION}/index.ts`]: 'export default 0\n',
    [`${DESTINATION}/old/index.ts`]: 'export default 0\n',
    [`${DESTINATIONS}/other/index.ts`]: 'export default 0\n'
  })
  await runGit(checkout, 'init', '--quiet')
  await commit()
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('copyDestination', () => {
  it('replaces the destination, and changes nothing else', async () => {
    const copied = await copyDestination(checkout, project)

    expect(snapshot()).toEqual({
      'README.md': 'The monorepo.\n',
      [`${DESTINATIONS}/other/index.ts`]: 'export default 0\n',
      [`${DESTINATION}/index.ts`]: 'export default 1\n',
      [`${DESTINATION}/send/index.ts`]: 'export default 2\n',
      [`${DESTINATION}/__tests__/index.test.ts`]:
        "import one from '..'\nimport two from '../send'\njest.mock('../send')\n",
      [`${DESTINATION}/__tests__/__helpers__/harness.ts`]: 'import one from "../.."\nconst path = "../srcs"\n',
      [`${DESTINATION}/__tests__/__snapshots__/index.test.ts.snap`]: 'exports[`../src`] = 1\n'
    })
    expect(copied.files).toEqual([
      '__tests__/__helpers__/harness.ts',
      '__tests__/__snapshots__/index.test.ts.snap',
      '__tests__/index.test.ts',
      'index.ts',
      'send/index.ts'
    ])
    expect(copied.removed).toEqual(['old/index.ts'])
  })

  it('gives the same result a second time, after the first was committed', async () => {
    await copyDestination(checkout, project)
    await commit()
    const first = snapshot()

    const { removed } = await copyDestination(checkout, project)

    expect(snapshot()).toEqual(first)
    expect(removed).toEqual([])
    expect(await runGit(checkout, 'status', '--porcelain')).toBe('')
  })

  it('copies into a checkout that does not have the destination yet', async () => {
    rmSync(join(checkout, DESTINATION), { recursive: true })
    await commit()

    await copyDestination(checkout, project)

    expect(existsSync(join(checkout, DESTINATION, 'send', 'index.ts'))).toBe(true)
  })

  it('ignores changes in other folders', async () => {
    write(checkout, { [`${DESTINATIONS}/other/index.ts`]: 'export default 3\n', 'new.ts': '\n' })

    await copyDestination(checkout, project)

    expect(snapshot()).toMatchObject({ [`${DESTINATIONS}/other/index.ts`]: 'export default 3\n', 'new.ts': '\n' })
  })

  it.each<[state: string, change: () => void | Promise<unknown>]>([
    ['a changed file', () => write(checkout, { [`${DESTINATION}/index.ts`]: 'export default 3\n' })],
    ['a new file', () => write(checkout, { [`${DESTINATION}/new/index.ts`]: '\n' })],
    ['a deleted file', () => rmSync(join(checkout, DESTINATION, 'index.ts'))],
    [
      'a new file that git is told not to show',
      async () => {
        write(checkout, { [`${DESTINATION}/new.ts`]: '\n' })
        await runGit(checkout, 'config', 'status.showUntrackedFiles', 'no')
      }
    ],
    [
      'a staged file',
      async () => {
        write(checkout, { [`${DESTINATION}/index.ts`]: 'export default 3\n' })
        await runGit(checkout, 'add', '--all')
      }
    ]
  ])('refuses when the folder has %s, and changes nothing', async (_, change) => {
    await change()
    const before = snapshot()

    const copying = copyDestination(checkout, project)

    await expect(copying).rejects.toThrow(CopyRefused)
    await expect(copying).rejects.toThrow(`${DESTINATION}/ has changes that are not committed`)
    expect(snapshot()).toEqual(before)
  })

  it('refuses what is not the top folder of a git repository', async () => {
    const inside = join(checkout, 'inside')
    write(inside, { [`${DESTINATION}/index.ts`]: 'export default 0\n', '.git/HEAD': '' })
    const before = snapshot()

    await expect(copyDestination(inside, project)).rejects.toThrow(`${inside} is not a checkout of segmentio/`)

    expect(snapshot()).toEqual(before)
  })

  it('refuses a git repository of another project', async () => {
    await expect(copyDestination(ROOT, project)).rejects.toThrow(`${ROOT} is not a checkout of segmentio/`)
  })

  it('refuses what is not a folder', async () => {
    const file = join(checkout, 'README.md')

    await expect(copyDestination(file, project)).rejects.toThrow(`${file} is not a folder.`)
    await expect(copyDestination(join(folder, 'none'), project)).rejects.toThrow('none is not a folder.')
  })

  it('is not misled by variables that are set inside git hooks', async () => {
    write(checkout, { [`${DESTINATION}/index.ts`]: 'export default 3\n' })
    process.env.GIT_DIR = join(ROOT, '.git')
    try {
      await expect(copyDestination(checkout, project)).rejects.toThrow('has changes that are not committed')
    } finally {
      delete process.env.GIT_DIR
    }
  })
})

describe('the tests that are left out', () => {
  it.each(Object.keys(TESTS_LEFT_OUT))('%s exists', (name) => {
    expect(existsSync(join(ROOT, '__tests__', name))).toBe(true)
  })
})

describe('npm run drop-in', () => {
  const run = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', join('scripts', 'drop-in.ts'), ...args], { cwd: ROOT })

  it('copies this project and prints what to run', async () => {
    const { stdout, stderr } = await run(checkout)

    expect(stderr).toBe('')
    expect(stdout).toMatch(/^Copied \d+ files to packages\/destination-actions\/src\/destinations\/ortto\/ and removed/)
    expect(stdout).toContain(`Next, run in ${checkout}:`)
    expect(stdout).toContain(`./bin/run generate:types --path ${DESTINATION}/index.ts`)
    expect(stdout).toContain("register('682db7017819e7e055f55cb4', './ortto')")
    expect(existsSync(join(checkout, DESTINATION, 'ortto-client.ts'))).toBe(true)
  }, 30_000)

  it.each([
    ['no path', []],
    ['two paths', ['a', 'b']],
    ['a path that is not a folder', ['no-such-folder']]
  ])(
    'ends with code 2 and one sentence for %s',
    async (_, args) => {
      const failure: unknown = await run(...args).catch((error: unknown) => error)

      expect(failure).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) as string })
    },
    30_000
  )
})
