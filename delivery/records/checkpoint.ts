import { parseJson } from '../../common/parse-json'
import { replaceFile } from '../../common/replace-file'
import { readFile, rm } from 'fs/promises'
import { z } from 'zod'

const count = z.number().int().nonnegative()

/** How far a delivery has come: everything before has its result, and nothing after it. */
export const Checkpoint = z.strictObject({
  /** What was delivered where and how, as text that is the same for the same delivery */
  job: z.string(),
  /** The files up to the one that it has come to, each with its bytes, and a digest of the first of them. */
  files: z.array(z.strictObject({ name: z.string(), size: count, head: z.string() })).min(1),
  /** The last value of the last of these files that has its result: its line and its place; 0 before the first */
  line: count,
  place: count,
  /** Bytes of the files that it writes */
  written: z.record(z.string(), count),
  /** The summary so far */
  summary: z.unknown()
})
export type Checkpoint = z.infer<typeof Checkpoint>

/**
 * The checkpoint of a file. Undefined when there is none.
 * @throws Error when there is one that can't be read
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined
    }
    throw error
  }
  const checked = Checkpoint.safeParse(parseJson(text))
  if (!checked.success) {
    throw new Error('it is no checkpoint')
  }
  return checked.data
}

export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await replaceFile(path, JSON.stringify(checkpoint))
}

export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true })
}
