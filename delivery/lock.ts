import { readFile, rename, rm, writeFile } from 'fs/promises'

/**
 * Keeps two processes from working on one file. Resolves with what gives it free.
 * Rejects when a process that is alive has it; what one left behind that was killed is taken over.
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  const owner = await ownerOf(path)
  if (owner === 0) {
    throw new Error(BUSY)
  }
  if (owner !== undefined && isAlive(owner)) {
    throw new Error(`the process ${owner} is at it; wait until it has ended, or stop it`)
  }
  if (owner !== undefined) {
    await takeAway(path, owner)
  }
  await writeFile(path, String(process.pid), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new Error(BUSY) : error
  })
  return async () => {
    if ((await ownerOf(path)) === process.pid) {
      await rm(path, { force: true })
    }
  }
}

const BUSY = 'another process has just begun with it; wait until it has ended, or delete the lock if there is none'

/** Takes away what an owner left behind. Another process may do so at the same time, and have it by now. */
async function takeAway(path: string, owner: number): Promise<void> {
  const aside = `${path}.${process.pid}`
  await rename(path, aside).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(BUSY) : error
  })
  if ((await ownerOf(aside)) !== owner) {
    await rename(aside, path)
    throw new Error(BUSY)
  }
  await rm(aside)
}

/** The process that has it, 0 when it is just being taken. Undefined when none has. */
async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return Number(await readFile(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined
    }
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && pid !== process.pid && process.kill(pid, 0)
  } catch (error) {
    // A process of somebody else is alive as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
