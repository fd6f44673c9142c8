import { spawnSync } from 'child_process'
import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { basename, join, relative } from 'path'

/**
 * Checks that nothing reads the sandbox's sentences: they are for people, and programs read codes.
 * Run: npm run check:wording [-- paths of tests]
 *
 * In a copy of the repository every sentence gets "x " before it. Then the tests must pass, except for those that are
 * about the wording itself.
 */

const ROOT = join(__dirname, '..')
const SENTENCES = join('sandbox', 'model', 'sentences.ts')
const TESTS = ['sandbox/', 'delivery/', 'workbench/__tests__/', 'cli/']
const NOT_COPIED = ['node_modules', '.git', '.stryker-tmp', 'coverage', 'reports']

/** The tests that look at the wording, and why. */
const ABOUT_WORDING: { file: string; test: RegExp; reason: string }[] = [
  {
    file: 'sandbox/__tests__/sentences.test.ts',
    test: /^the sentences about /,
    reason: 'It compares every sentence with its wording.'
  },
  {
    file: 'cli/__tests__/demo.test.ts',
    test: /^npm start delivers the examples /,
    reason: 'It checks the output of npm start, which is for people.'
  }
]

/** A test that failed. */
interface Failure {
  /** Relative to the repository */
  file: string
  /** Empty when the whole file failed */
  test: string
}

interface JestReport {
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[]
}

async function main(): Promise<void> {
  const paths = process.argv.slice(2)
  const copy = await mkdtemp(join(tmpdir(), 'check-wording-'))
  try {
    await copyRepository(copy)
    await changeSentences(copy)
    const failures = await runTests(copy, paths.length > 0 ? paths : TESTS)
    await restoreSentences(copy)
    const files = [...new Set(failures.map(({ file }) => file))]
    const unrelated = files.length > 0 ? await runTests(copy, files) : []
    const caused = failures.filter((failure) => !unrelated.some((other) => isSameTest(failure, other)))
    process.exitCode = report(caused, unrelated)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function copyRepository(copy: string): Promise<void> {
  await cp(ROOT, copy, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
}

/** Replaces the file of sentences by one that changes each sentence of the original. */
async function changeSentences(copy: string): Promise<void> {
  const path = join(copy, SENTENCES)
  const text = await readFile(path, 'utf8')
  const values = [...text.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name)
  const types = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name)
  await rename(path, originalOf(path))
  await writeFile(
    path,
    [
      "import * as original from './original-sentences'",
      `export type { ${types.join(', ')} } from './original-sentences'`,
      'function change<T>(value: T): T {',
      "  if (typeof value === 'string') return `x ${value}` as T",
      "  if (typeof value === 'function') return ((...facts: unknown[]) => change((value as Function)(...facts))) as T",
      '  return Object.fromEntries(Object.entries(value as object).map(([key, part]) => [key, change(part)])) as T',
      '}',
      ...values.map((name) => `export const ${name} = change(original.${name})`),
      ''
    ].join('\n')
  )
}

async function restoreSentences(copy: string): Promise<void> {
  const path = join(copy, SENTENCES)
  await rename(originalOf(path), path)
}

function originalOf(path: string): string {
  return path.replace(/sentences\.ts$/, 'original-sentences.ts')
}

/** Runs the tests in the copy. */
async function runTests(copy: string, paths: readonly string[]): Promise<Failure[]> {
  const output = join(copy, 'jest-report.json')
  const jest = join('node_modules', '.bin', 'jest')
  // npm sets INIT_CWD to the folder of the original, and commands read relative paths from there.
  const { INIT_CWD: _, ...env } = process.env
  spawnSync(jest, ['--json', `--outputFile=${output}`, ...paths], { cwd: copy, env, stdio: 'ignore' })
  const { testResults } = JSON.parse(await readFile(output, 'utf8')) as JestReport
  return testResults.flatMap(({ name, status, assertionResults }) => {
    const file = relative(copy, name)
    const failed = assertionResults.filter((result) => result.status === 'failed')
    const failures = failed.map(({ fullName }) => ({ file, test: fullName }))
    return status === 'failed' && failures.length === 0 ? [{ file, test: '' }] : failures
  })
}

function isSameTest(a: Failure, b: Failure): boolean {
  return a.file === b.file && (a.test === b.test || b.test === '')
}

/** Prints the result. @returns the exit code */
function report(failures: readonly Failure[], unrelated: readonly Failure[]): number {
  const reasonFor = ({ file, test }: Failure) =>
    ABOUT_WORDING.find((known) => known.file === file && known.test.test(test))?.reason
  const unexpected = failures.filter((failure) => reasonFor(failure) === undefined)
  unrelated.forEach(({ file, test }) => console.log(`Fails without changed sentences, too: ${file} › ${test}`))
  failures.forEach((failure) => {
    const reason = reasonFor(failure)
    console.log(`${reason === undefined ? 'Depends on the wording' : 'Expected'}: ${failure.file} › ${failure.test}`)
    if (reason !== undefined) {
      console.log(`  ${reason}`)
    }
  })
  console.log(
    unexpected.length === 0
      ? 'Nothing depends on the wording of the sandbox, except for tests of the wording.'
      : `${unexpected.length} tests depend on the wording of the sandbox.`
  )
  return unexpected.length === 0 ? 0 : 1
}

void main()
