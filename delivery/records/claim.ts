import { randomBytes } from 'crypto'
import { readlinkSync, readFileSync } from 'fs'
import { open, readdir, readFile, rm, stat } from 'fs/promises'
import { hostname } from 'os'
import { basename, dirname, join, resolve } from 'path'
import { setTimeout as wait } from 'timers/promises'
import { z } from 'zod'
import { parseJson } from '../../common/parse-json'
import { replaceFile } from '../../common/replace-file'
import { RecordsError } from './records-error'

/** An owner shows this often that it is alive, by writing to its claim. */
const REFRESH_MS = 5000
/** A claim whose owner has not done so for this long is expired: anybody may remove it. */
const EXPIRY_MS = 20_000

/** Between two looks at the claim of another process that may be dead */
const POLL_MS = 100

const Owner = z.object({
  host: z.string(),
  pid: z.number().int(),
  /** The same for all processes that can see each other. Only there a process ID means anything. */
  processSpace: z.string().optional()
})
type Owner = z.infer<typeof Owner>

/** A file is in use by another process. The message says by which, and what to do. */
class InUseError extends RecordsError {}

/** The paths that this process has claimed. */
const claimed = new Set<string>()

/**
 * The only right to write to a file, wherever the processes run that want it: on one machine, in containers that share
 * a folder, or on machines that do.
 *
 * Each process writes a claim with a random name beside the file, and only then looks at those of the others. Of two
 * that come at the same time, the one that looks last sees the other. Both may fail, but never do both get the file.
 * Owners refresh their claim while they have it. A claim that is not refreshed expires; one of a process that is known
 * to be dead is removed at once.
 */
export class Claim {
  private refreshedAt = performance.now()
  private isLost = false
  private readonly timer = setInterval(() => void this.refresh(), REFRESH_MS).unref()

  private constructor(private readonly path: string, private readonly file: string) {}

  /**
   * Claims a file.
   * @param path of the file; claims are beside it, named `<path>.<32 hex digits>`
   * @throws InUseError when another process has it, or this one
   */
  static async take(path: string): Promise<Claim> {
    const place = resolve(path)
    if (claimed.has(place)) {
      throw new InUseError('this process itself uses it; wait until that has ended')
    }
    claimed.add(place)
    const own = `${place}.${randomBytes(16).toString('hex')}`
    try {
      await create(own)
      for (const other of await listOthers(place, own)) {
        await removeUnlessAlive(other, own)
      }
      return new Claim(place, own)
    } catch (error) {
      await rm(own, { force: true })
      claimed.delete(place)
      throw error
    }
  }

  /**
   * Makes sure that this process still has the file. To be called before each write.
   * @throws InUseError when it was suspended for so long that its claim expired, and another process removed it
   */
  async confirm(): Promise<void> {
    if (performance.now() - this.refreshedAt > 2 * REFRESH_MS) {
      await this.refresh()
    }
    if (this.isLost) {
      throw new InUseError('this process was suspended, and another one has taken over')
    }
  }

  async release(): Promise<void> {
    clearInterval(this.timer)
    await rm(this.file, { force: true })
    claimed.delete(this.path)
  }

  private async refresh(): Promise<void> {
    try {
      await touch(this.file)
      this.refreshedAt = performance.now()
    } catch (error) {
      // Other errors, such as a full disk, may pass. Without a refresh, the claim expires.
      this.isLost ||= isMissing(error)
    }
  }
}

/** It appears with its content. Only its owner may read it, and links are not followed. */
async function create(path: string): Promise<void> {
  const owner: Owner = { host: hostname(), pid: process.pid, processSpace: readProcessSpace() }
  await replaceFile(path, JSON.stringify(owner))
}

/** Writes the file's first byte again. The time of the change is that of the file system, which all processes share. */
async function touch(path: string): Promise<number> {
  const file = await open(path, 'r+')
  try {
    await file.write('{', 0)
    return (await file.stat()).mtimeMs
  } finally {
    await file.close()
  }
}

async function listOthers(place: string, own: string): Promise<string[]> {
  const folder = dirname(place)
  const start = `${basename(place)}.`
  const names = await readdir(folder)
  return names
    .filter((name) => name.startsWith(start) && /^[0-9a-f]{32}$/.test(name.slice(start.length)))
    .map((name) => join(folder, name))
    .filter((path) => path !== own)
}

/**
 * Removes a claim when its owner is dead. Waits until that is known, if need be: until the claim is refreshed or
 * expired. No new process can get a claim of this name: names are random.
 * @throws InUseError when the owner is alive
 */
async function removeUnlessAlive(path: string, own: string): Promise<void> {
  const first = await readClaim(path)
  for (let claim = first; claim !== undefined; claim = await readClaim(path)) {
    const age = (await touch(own)) - claim.changedAt
    const isKnown = claim.owner?.processSpace !== undefined && claim.owner.processSpace === readProcessSpace()
    const isRunning = isKnown && claim.owner !== undefined && isAlive(claim.owner.pid)
    if (age >= EXPIRY_MS || (isKnown && !isRunning)) {
      await rm(path, { force: true })
      return
    }
    if (isRunning || claim.changedAt !== first?.changedAt) {
      throw new InUseError(describe(claim.owner))
    }
    await wait(POLL_MS)
  }
}

function describe(owner: Owner | undefined): string {
  const who = owner === undefined ? 'another process' : `the process ${owner.pid} on ${owner.host}`
  return `${who} uses it; wait until it has ended, or stop it`
}

/** A claim, and when it was changed last. Undefined when it is gone. */
async function readClaim(path: string): Promise<{ owner?: Owner; changedAt: number } | undefined> {
  try {
    const { mtimeMs } = await stat(path)
    return { owner: Owner.safeParse(parseJson(await readFile(path, 'utf8'))).data, changedAt: mtimeMs }
  } catch (error) {
    if (isMissing(error)) {
      return undefined
    }
    throw error
  }
}

/** On Linux: the boot of the machine, and the namespace of process IDs, which each container has for itself. */
function readProcessSpace(): string | undefined {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of another user is alive as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
