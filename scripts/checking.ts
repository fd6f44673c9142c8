import { spawn } from 'child_process'
import type { ChildProcess } from 'child_process'
import { mkdtempSync, rmSync } from 'fs'
import { mkdir, readdir } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'

/** The project's folder */
export const ROOT = join(__dirname, '..')

/** Milliseconds that a program may take to say what is waited for */
const PATIENCE = 120_000

/** A check found something wrong. The message is for the person who has to mend it. */
export class CheckFailed extends Error {}

/**
 * Runs a check in a new folder. One sentence tells what is wrong. Passed, failed or stopped, the folder is gone at the
 * end, as is every program that the check has started.
 */
export async function check(steps: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ortto-check-'))
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
  process.once('exit', () => {
    running.forEach((child) => child.kill('SIGKILL'))
    rmSync(folder, { recursive: true, force: true })
  })
  try {
    await steps(folder)
  } catch (error) {
    console.error(error instanceof CheckFailed ? error.message : error)
    // What a program has started may go on, and would keep this process waiting.
    process.exit(1)
  } finally {
    running.forEach((child) => child.kill('SIGKILL'))
  }
}

/** Tells that a step has passed. */
export function passed(text: string): void {
  console.log(`ok  ${text}`)
}

/** What a program wrote, and what it ended with. */
export interface Ended {
  code: number | null
  output: string
}

/** A program that runs. */
export interface Running {
  /** Resolves with the first match in what it writes. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>
  ended: Promise<Ended>
  pid?: number
  stop: () => Promise<Ended>
}

export interface RunOptions {
  cwd: string
  /** More variables of the environment */
  env?: NodeJS.ProcessEnv
}

const running = new Set<ChildProcess>()

/** Starts a program. */
export function start(command: string, args: readonly string[], { cwd, env }: RunOptions): Running {
  const child = spawn(command, args, { cwd, env: { ...environment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  const collect = (chunk: Buffer) => (output += chunk.toString())
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      running.delete(child)
      resolve({ code, output })
    })
  })
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const fail = () => {
        clearTimeout(timer)
        reject(new CheckFailed(`${args.join(' ')} never said ${String(pattern)}, but:\n${output}`))
      }
      const timer = setTimeout(fail, PATIENCE)
      const look = () => {
        const match = pattern.exec(output)
        if (match) {
          clearTimeout(timer)
          resolve(match)
        }
      }
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      void ended.finally(fail).catch(() => undefined)
      look()
    })
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { says, ended, pid: child.pid, stop }
}

/** Runs a program to its end. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  return start(command, args, options).ended
}

/**
 * Runs a program to its end.
 * @param problem what is wrong when it fails: a sentence, after which what it wrote is shown
 * @returns what it wrote
 */
export async function mustRun(
  problem: string,
  command: string,
  args: readonly string[],
  options: RunOptions
): Promise<string> {
  const { code, output } = await run(command, args, options)
  if (code !== 0) {
    throw new CheckFailed(`${problem}\n${output.trim()}`)
  }
  return output
}

/** Makes the package, and resolves with its path. */
export async function packInto(folder: string): Promise<string> {
  await mustRun('npm pack fails.', 'npm', ['pack', '--pack-destination', folder], { cwd: ROOT })
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) {
    throw new CheckFailed('npm pack makes no package.')
  }
  return join(folder, tarball)
}

/** Installs packages into a folder, which it makes. */
export async function install(cwd: string, packages: readonly string[]): Promise<string> {
  await mkdir(cwd, { recursive: true })
  const args = ['install', '--prefix', cwd, '--no-audit', '--no-fund', ...packages]
  await mustRun('The package cannot be installed.', 'npm', args, { cwd })
  return cwd
}

/** The environment as it was before npm started this check: what npm tells its commands names this project. */
function environment(): NodeJS.ProcessEnv {
  const own = /^(INIT_CWD|NODE_PATH|NODE_OPTIONS|npm_(package|lifecycle|command|config_local_prefix)\w*|ORTTO_\w+)$/
  const entries = Object.entries(process.env).filter(([name]) => !own.test(name))
  return { ...Object.fromEntries(entries), NO_COLOR: '1', NPM_CONFIG_UPDATE_NOTIFIER: 'false' }
}
