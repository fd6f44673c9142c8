import { readFile, rm, writeFile } from 'fs/promises'

/**
 * Keeps two deliveries from working on one checkpoint. Resolves with what gives it free.
 * Rejects when a process that is alive has it; what one left behind that was killed is taken over.
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  const owner = await ownerOf(path)
  if (owner !== undefined && isAlive(owner)) {
    throw new Error(`the process ${owner} is at it; wait until it has ended, or stop it`)
  }
  if (owner !== undefined) {
    await rm(path, { force: true })
  }
  await writeFile(path, String(process.pid), { flag: 'wx' })
  return () => rm(path, { force: true })
}

/** The process that has it. Undefined when none has. */
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
