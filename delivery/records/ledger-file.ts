import { createHash } from 'crypto'
import { constants, createReadStream } from 'fs'
import { open, truncate } from 'fs/promises'
import type { FileHandle } from 'fs/promises'
import { createInterface } from 'readline'
import { z } from 'zod'
import { parseJson } from '../../common/parse-json'
import { SummaryState } from './summary'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
const count = z.number().int().nonnegative()

/** The version of the format. A ledger of another version is not read. */
const VERSION = 1

const PositionLine = z.strictObject({ line: count, place: count, end: count, digest: z.string() })

/** A file that was delivered. `name` is its path, as seen from the ledger's folder. */
export const FinishedFile = z.strictObject({
  kind: z.literal('finished'),
  name: z.string(),
  /** Bytes, and when it was changed last (milliseconds since 1970), by which it is recognized without being read */
  size: count,
  modifiedAt: z.number(),
  /** Of its whole content, after decompression */
  digest: z.string(),
  /** Its last line that was read. What a file has grown by comes after it. Absent when it has none. */
  last: PositionLine.optional(),
  /** Lines that were delivered of it, by outcome */
  counts: z.record(z.string(), count),
  /** ISO 8601 */
  at: z.string()
})
export type FinishedFile = z.infer<typeof FinishedFile>

/** The lines of a ledger. */
const LedgerLine = z.discriminatedUnion('kind', [
  /** A delivery starts, or continues one that was interrupted. `job` is a digest of what is delivered where and how. */
  z.strictObject({
    kind: z.literal('start'),
    version: z.number(),
    job: z.string(),
    target: z.string(),
    at: z.string()
  }),
  /** All files are delivered again: what the ledger knows of this job before is void. */
  z.strictObject({ kind: z.literal('again'), at: z.string() }),
  FinishedFile,
  /** How far it has come in the file that is not finished */
  z.strictObject({ kind: z.literal('position'), name: z.string(), at: PositionLine }),
  /** How far it has come in the items behind this position that are sorted together */
  z.strictObject({ kind: z.literal('window'), done: count, count, digest: z.string() }),
  /**
   * Confirms the lines since the line before of this kind. `written`: bytes of each output file, by its path.
   * `summary`: what was counted since then.
   */
  z.strictObject({ kind: z.literal('commit'), written: z.record(z.string(), count), summary: SummaryState }),
  /** A delivery has ended. */
  z.strictObject({ kind: z.literal('end'), at: z.string() })
])
export type LedgerLine = z.infer<typeof LedgerLine>

/** A ledger cannot be read. The message says why, and what to do. */
class LedgerError extends Error {}

/**
 * A file of JSON lines that only grows. Each line has a check value, which depends on all lines before it, so that any
 * change is noticed. A part of a line at the end, which a killed process left, is removed.
 */
export class LedgerFile {
  private constructor(private readonly handle: FileHandle, private check: string) {}

  /**
   * Opens a ledger, and creates it when there is none.
   * @param onLine is called with each line
   * @throws LedgerError when it is damaged, or of another version
   */
  static async open(path: string, onLine: (line: LedgerLine) => void): Promise<LedgerFile> {
    // Exclusive use was claimed before. A link is not followed.
    const handle = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
    try {
      const { check, bytes } = await readLines(path, onLine)
      await truncate(path, bytes)
      return new LedgerFile(handle, check)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Appends lines. Resolves when they are safe, also when the power fails. */
  async append(lines: readonly LedgerLine[]): Promise<void> {
    let { check } = this
    const texts = lines.map((line) => {
      const text = JSON.stringify(line)
      check = checkOf(check, text)
      return `${check} ${text}\n`
    })
    await this.handle.writeFile(texts.join(''))
    await this.handle.datasync()
    this.check = check
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}

/** Reads all whole lines. Returns the last check value, and the bytes of the whole lines. */
async function readLines(path: string, onLine: (line: LedgerLine) => void): Promise<{ check: string; bytes: number }> {
  let check = ''
  let bytes = 0
  let number = 0
  const { size } = await open(path, 'r').then(async (file) => {
    const stats = await file.stat()
    await file.close()
    return stats
  })
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1
    const end = bytes + Buffer.byteLength(text) + 1
    if (end > size) {
      // It has no line end.
      break
    }
    const [given, json] = [text.slice(0, CHECK_LENGTH), text.slice(CHECK_LENGTH + 1)]
    check = checkOf(check, json)
    const line = LedgerLine.safeParse(parseJson(json))
    if (line.data?.kind === 'start' && line.data.version !== VERSION && given === check) {
      throw new LedgerError(`it has version ${line.data.version}, and this program reads version ${VERSION}`)
    }
    if (given !== check || text[CHECK_LENGTH] !== ' ' || !line.success) {
      throw new LedgerError(
        `line ${number} is damaged; restore it from a copy, or delete it to deliver all files again`
      )
    }
    onLine(line.data)
    bytes = end
  }
  return { check, bytes }
}

const CHECK_LENGTH = 16

function checkOf(before: string, text: string): string {
  return createHash('sha256').update(before).update(text).digest('hex').slice(0, CHECK_LENGTH)
}
