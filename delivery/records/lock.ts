import { readdir, rm, writeFile } from 'fs/promises'
import { basename, dirname, resolve } from 'path'

/** The paths that this process itself has. */
const held = new Set<string>()

/**
 * Keeps two from working on one file. Resolves with what gives it free.
 *
 * Each process writes a claim of its own beside it, `<path>.<pid>`, and only then looks at those of the others: of two
 * that come at the same time, the one that looks last sees the other. Both may be refused, but never do both have it.
 * @throws Error when a process that is alive has it; a claim that a killed one left behind is taken away
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  const place = resolve(path)
  if (held.has(place)) {
    throw new Error('this process itself is at it; wait until that has ended')
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
        throw new Error(`the process ${owner} is at it; wait until it has ended, or stop it`)
      }
      // Nobody can come by this claim anew: who does so now sees the one of this process.
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
