import { createHash } from 'crypto'
import { open } from 'fs/promises'
import { errorMessage } from '../../common/error-message'
import { AppendFile } from './append-file'
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint'
import type { Checkpoint } from './checkpoint'
import type { InputFile } from '../read/find-files'
import { lock } from './lock'
import { formatRejected, formatResults } from './record-lines'
import type { EventReport } from '../report'
import { readSummaryState, Summary } from './summary'

/** Bytes of a file by which it is told from another of its name */
const HEAD = 64 * 1024

/** Between two checkpoints */
const INTERVAL_MS = 1000

/** A file of the records can't be read or written. The delivery stops; the next one may send some events again. */
export class RecordsError extends Error {}

/** Where the records of a delivery are. */
export interface RecordsOptions {
  /** Its inputs, in order */
  files: readonly InputFile[]
  /** What is delivered where and how: a checkpoint of another job is not resumed. */
  job: string
  /** Without it, the delivery can't be resumed. */
  checkpoint?: string
  /** Gets a line for each event and mapping. */
  results?: string
  /** Gets the events that were rejected, each with the reason in `_rejected`. */
  rejected?: string
}

/** A value in a file, which is given by its index among the files. See `FileSource`. */
interface Place {
  file: number
  line: number
  place: number
}

/** The results and the progress of a delivery, kept in files so that it can be resumed. */
export class Records {
  /** Where the delivery resumes: after this place in this file, in this line. Undefined at the start. */
  readonly start?: Place
  readonly summary: Summary
  private place: Place
  private savedAt = performance.now()
  /** What tells the inputs from others, by name */
  private readonly known = new Map<string, Known>()
  private isWhole = true

  private constructor(
    private readonly options: RecordsOptions,
    private readonly files: { results?: AppendFile; rejected?: AppendFile },
    private readonly unlock: () => Promise<void>,
    saved: Checkpoint | undefined
  ) {
    this.start = saved && { file: saved.files.length - 1, line: saved.line, place: saved.place }
    this.place = this.start ?? { file: 0, line: 0, place: 0 }
    this.summary = new Summary(saved && readSummaryState(saved.summary))
  }

  /** @throws RecordsError when a file can't be written, or the checkpoint is in use, or of another delivery */
  static async open(options: RecordsOptions): Promise<Records> {
    const { checkpoint, results, rejected } = options
    const unlock =
      checkpoint === undefined
        ? () => Promise.resolve()
        : await wrapErrors(`Cannot write the checkpoint ${checkpoint}`, () => lock(`${checkpoint}.lock`))
    const files: { results?: AppendFile; rejected?: AppendFile } = {}
    try {
      const saved = checkpoint === undefined ? undefined : await readSaved(checkpoint, options)
      const openFile = (path: string, name: string) =>
        wrapErrors(`Cannot write ${path}`, () => AppendFile.open(path, saved?.written[name] ?? 0))
      files.results = results === undefined ? undefined : await openFile(results, 'results')
      files.rejected = rejected === undefined ? undefined : await openFile(rejected, 'rejected')
      const records = new Records(options, files, unlock, saved)
      // Better now than when there is something to lose.
      await records.save()
      await files.results?.cut()
      await files.rejected?.cut()
      return records
    } catch (error) {
      await files.results?.close()
      await files.rejected?.close()
      await unlock()
      throw error
    }
  }

  get canBeResumed(): boolean {
    return this.options.checkpoint !== undefined
  }

  /** Adds reports of the files, in their order. */
  async add(reports: readonly EventReport[]): Promise<void> {
    const { results, rejected } = this.options
    // Until all is written, a checkpoint would count some of it twice.
    this.isWhole = false
    await wrapErrors(`Cannot write ${results ?? ''}`, async () => this.files.results?.append(formatResults(reports)))
    await wrapErrors(`Cannot write ${rejected ?? ''}`, async () => this.files.rejected?.append(formatRejected(reports)))
    this.isWhole = true
    this.summary.add(reports)
    const { source } = reports[reports.length - 1]
    if (source.kind === 'file') {
      while (this.options.files[this.place.file].name !== source.file) {
        this.place = { file: this.place.file + 1, line: 0, place: 0 }
      }
      this.place.line = source.line
      this.place.place = source.place
    }
    if (performance.now() - this.savedAt >= INTERVAL_MS) {
      await this.save()
    }
  }

  /** Ends: all is done, and the checkpoint is gone, or it is saved for another time. */
  async close(isDone: boolean): Promise<void> {
    const { checkpoint } = this.options
    if (!isDone) {
      await this.save()
    } else if (checkpoint !== undefined) {
      await this.sync()
      await wrapErrors(`Cannot remove ${checkpoint}`, () => removeCheckpoint(checkpoint))
    }
    await this.files.results?.close()
    await this.files.rejected?.close()
    await this.unlock()
  }

  private async identify(file: InputFile): Promise<Known> {
    const { name, size } = file
    const known = this.known.get(name) ?? { name, size, head: await headOf(file, size) }
    this.known.set(name, known)
    return known
  }

  /** Flushes both files to the disk, before a checkpoint that counts their lines is written or removed. */
  private async sync(): Promise<void> {
    await wrapErrors(`Cannot write ${this.options.results ?? ''}`, async () => this.files.results?.sync())
    await wrapErrors(`Cannot write ${this.options.rejected ?? ''}`, async () => this.files.rejected?.sync())
  }

  private async save(): Promise<void> {
    const { checkpoint, files, job } = this.options
    if (checkpoint !== undefined && this.isWhole) {
      await this.sync()
      await wrapErrors(`Cannot write the checkpoint ${checkpoint}`, async () => {
        await writeCheckpoint(checkpoint, {
          job,
          files: await Promise.all(files.slice(0, this.place.file + 1).map((file) => this.identify(file))),
          line: this.place.line,
          place: this.place.place,
          written: { results: this.files.results?.size ?? 0, rejected: this.files.rejected?.size ?? 0 },
          summary: this.summary.state
        })
      })
    }
    this.savedAt = performance.now()
  }
}

/** The checkpoint to resume from. One without progress is ignored. */
async function readSaved(path: string, { files, job }: RecordsOptions): Promise<Checkpoint | undefined> {
  const saved = await wrapErrors(`Cannot read the checkpoint ${path}`, () => readCheckpoint(path))
  if (!saved || (saved.files.length === 1 && saved.place === 0)) {
    return undefined
  }
  const known = await Promise.all(saved.files.map((one, index) => isSameFile(one, files[index])))
  const last = saved.files.length - 1
  // The file that it was reading may have grown.
  const isSame =
    known.every(Boolean) && saved.files.every(({ size }, index) => index === last || size === files[index].size)
  if (saved.job !== job || !isSame) {
    const what = saved.job !== job ? 'has another target or other mappings or options' : 'had other inputs'
    throw new RecordsError(
      `The checkpoint ${path} is of a delivery that ${what}. Call that one again to end it, ` +
        'or delete the checkpoint to start from the beginning.'
    )
  }
  return saved
}

type Known = Checkpoint['files'][number]

async function isSameFile({ name, size, head }: Known, file: InputFile | undefined): Promise<boolean> {
  return file !== undefined && name === file.name && size <= file.size && head === (await headOf(file, size))
}

/** What tells a file from another of its name: a digest of its first bytes. */
async function headOf({ path }: InputFile, size: number): Promise<string> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, HEAD)), 0)
    return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex')
  } finally {
    await handle.close()
  }
}

/** Runs a function, and rethrows its errors as RecordsError. */
async function wrapErrors<Value>(what: string, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act()
  } catch (error) {
    throw new RecordsError(`${what}: ${errorMessage(error)}.`)
  }
}
