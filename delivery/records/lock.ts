import { readdir, rm, writeFile } from 'fs/promises'
import { basename, dirname, resolve } from 'path'

/** The paths that this process has locked. */
const held = new Set<string>()

/**
 * Locks a file for this process. Resolves with a function that unlocks it.
 *
 * Each process writes a claim of its own beside it, `<path>.<pid>`, and only then looks at those of the others: of two
 * that come at the same time, the one that looks last sees the other. Both may fail, but never do both get it.
 * @throws Error when a living process has it. The claim of a killed process is removed.
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  const place = resolve(path)
  if (held.has(place)) {
    throw new Error('this process itself uses it; wait until that has ended')
  }
  held.add(place)
  const free = async () => {
    await rm(claimOf(place, process.pid), { force: true })
    held.delete(place)
  }
  try {
    await writeFile(claimOf(place, process.pid), '')
    for (const owner of await otherOwners(place)) {
      if (isAlive(owner)) {
        throw new Error(`the process ${owner} uses it; wait until it has ended, or stop it`)
      }
      // No new process can get this claim: it would see the one of this process.
      await rm(claimOf(place, owner), { force: true })
    }
  } catch (error) {
    await free()
    throw error
  }
  return free
}

function claimOf(place: string, pid: number): string {
  return `${place}.${pid}`
}

async function otherOwners(place: string): Promise<number[]> {
  const start = `${basename(place)}.`
  const names = await readdir(dirname(place))
  const ends = names.flatMap((name) => (name.startsWith(start) ? [name.slice(start.length)] : []))
  return ends.filter((end) => /^[1-9]\d*$/.test(end) && end !== String(process.pid)).map(Number)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of somebody else is alive as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
