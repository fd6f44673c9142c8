import { resolve } from 'path'
import { isRecord } from '../../src/values'
import { parseJson } from '../../common/parse-json'
import type { InputFile } from '../read/find-files'
import type { EventReport } from '../report'
import { Claim } from './claim'
import type { Ledger } from './ledger'
import { OutputFile } from './output-file'
import { formatRejected, formatResults } from './record-lines'
import { wrapErrors } from './records-error'

/** Bytes after the last record of the ledger that are removed at most: more than a delivery writes in a second */
const MAX_UNRECORDED_BYTES = 256 * 1024 * 1024

type Kind = 'results' | 'rejected'

const FORMATS: Record<
  Kind,
  { format: (reports: readonly EventReport[], showsItems: boolean) => string[]; belongs: (line: string) => boolean }
> = {
  results: { format: formatResults, belongs: (line) => typeof fileOf(parseJson(line)) === 'string' },
  rejected: { format: formatRejected, belongs: (line) => line.includes('"_rejected":[') }
}

/** The files that a delivery writes, each claimed for this process. They are appended to, never overwritten. */
export class Outputs {
  private readonly claims: Claim[] = []
  private readonly files = new Map<Kind, { path: string; file: OutputFile }>()
  /** It is closed with the others. */
  ledger?: Ledger

  /**
   * @param inputs the files that are delivered
   * @param showsItems results have what goes on the wire
   */
  constructor(private readonly inputs: readonly InputFile[], private readonly showsItems = false) {}

  /**
   * Claims a file for this process.
   * @throws InUseError when another process has it
   */
  async claim(path: string): Promise<void> {
    this.claims.push(await Claim.take(path))
  }

  /**
   * Opens a file, and removes what a delivery that was killed wrote to it and did not record.
   * @throws Error when it can't be written, or is in use
   */
  async open(kind: Kind, path: string | undefined, ledger: Ledger | undefined): Promise<void> {
    if (path === undefined) {
      return
    }
    await wrapErrors(`Cannot write ${path}`, async () => {
      const file = await OutputFile.open(path, FORMATS[kind].belongs)
      this.files.set(kind, { path: resolve(path), file })
      if (file.isFile) {
        await this.claim(path)
      }
      if (ledger === undefined && file.size > 0) {
        throw new Error('it contains those of an earlier delivery; delete it, or choose another file')
      }
      await this.removeUnrecorded(resolve(path), file, ledger)
    })
  }

  /** Bytes of each file, by its path */
  get written(): Record<string, number> {
    return Object.fromEntries([...this.files.values()].map(({ path, file }) => [path, file.size]))
  }

  async append(reports: readonly EventReport[]): Promise<void> {
    await this.confirm()
    for (const [kind, { path, file }] of this.files) {
      await wrapErrors(`Cannot write ${path}`, () => file.append(FORMATS[kind].format(reports, this.showsItems)))
    }
  }

  /** Flushes all files to the disk. Called before their lines are recorded. */
  async sync(): Promise<void> {
    await this.confirm()
    for (const { path, file } of this.files.values()) {
      await wrapErrors(`Cannot write ${path}`, () => file.sync())
    }
  }

  async close(): Promise<void> {
    for (const { file } of this.files.values()) {
      await file.close()
    }
    await this.ledger?.close()
    for (const claim of this.claims) {
      await claim.release()
    }
  }

  private async confirm(): Promise<void> {
    for (const claim of this.claims) {
      await claim.confirm()
    }
  }

  private async removeUnrecorded(path: string, file: OutputFile, ledger: Ledger | undefined): Promise<void> {
    const recorded = ledger?.isOpen === true ? ledger.written[path] : undefined
    if (recorded === undefined || !file.isFile) {
      return
    }
    if (file.size < recorded) {
      throw new Error(`it has ${file.size} bytes, and had ${recorded}; restore it, or choose another file`)
    }
    if (file.size - recorded <= MAX_UNRECORDED_BYTES) {
      const lines = (await file.readFrom(recorded)).split('\n')
      // Another delivery may have appended to it since.
      const names = new Set(this.inputs.map(({ name }) => name))
      const isOwn = lines.slice(0, -1).every((line) => names.has(String(fileOf(parseJson(line)))))
      if (isOwn) {
        await file.cut(recorded)
      }
    }
  }
}

/** The input file that a line of results, or of rejected events, names. */
function fileOf(line: unknown): unknown {
  if (!isRecord(line)) {
    return undefined
  }
  const records: unknown[] = Array.isArray(line._rejected) ? line._rejected : [line]
  const [first] = records
  return isRecord(first) ? first.file : undefined
}
