import { isNativeError } from 'util/types'
import { AppendFile } from './append-file'
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint'
import type { Checkpoint } from './checkpoint'
import type { Verdict } from './deliver'
import type { InputFile } from './find-files'
import { kindOf, Summary, SummaryState } from './summary'

/** Milliseconds between two checkpoints */
const INTERVAL = 1000

/** A file of the records can't be read or written. Nothing was sent behind what the records hold. */
export class RecordsError extends Error {}

/** Where the records of a delivery are. */
export interface RecordsOptions {
  /** Its inputs, in order */
  files: readonly InputFile[]
  /** What is delivered where and how: a checkpoint of another job is not gone on from. */
  job: string
  /** Without it, the delivery can't be resumed. */
  checkpoint?: string
  /** Gets a line for each event and mapping. */
  results?: string
  /** Gets the events that were refused, each with the reason in `_rejected`. */
  rejected?: string
}

/** What is known of a delivery, kept so that it can go on after whatever ends it: the verdicts, and how far it is. */
export class Records {
  /** Where the delivery goes on: behind this line of this file. None at the start. */
  readonly start?: { file: number; line: number }
  readonly summary: Summary
  private place: { file: number; line: number }
  private savedAt = performance.now()
  private isWhole = true

  private constructor(
    private readonly options: RecordsOptions,
    private readonly results: AppendFile | undefined,
    private readonly rejected: AppendFile | undefined,
    saved: Checkpoint | undefined
  ) {
    this.start = saved && { file: saved.files.length - 1, line: saved.line }
    this.place = this.start ?? { file: 0, line: 0 }
    this.summary = new Summary(saved && SummaryState.parse(saved.summary))
  }

  /** @throws RecordsError when a file can't be written, or the checkpoint is of another delivery */
  static async open(options: RecordsOptions): Promise<Records> {
    const { checkpoint, results, rejected } = options
    const saved = checkpoint === undefined ? undefined : await readSaved(checkpoint, options)
    const opened: AppendFile[] = []
    const openFile = async (path: string | undefined, name: string) => {
      const file = path && (await told(`Cannot write ${path}`, () => AppendFile.open(path, saved?.written[name] ?? 0)))
      opened.push(...(file ? [file] : []))
      return file || undefined
    }
    try {
      const files = [await openFile(results, 'results'), await openFile(rejected, 'rejected')] as const
      const records = new Records(options, ...files, saved)
      // Better now than when there is something to lose.
      await records.save()
      return records
    } catch (error) {
      await Promise.all(opened.map((file) => file.close()))
      throw error
    }
  }

  get canBeResumed(): boolean {
    return this.options.checkpoint !== undefined
  }

  /** Takes verdicts, in order, all of a line together. */
  async add(verdicts: readonly Verdict[]): Promise<void> {
    const { results, rejected } = this.options
    // Until all is written, a checkpoint would count some of it twice.
    this.isWhole = false
    await told(`Cannot write ${results ?? ''}`, () => this.results?.append(verdicts.map(resultLine)))
    await told(`Cannot write ${rejected ?? ''}`, () => this.rejected?.append(rejectedLines(verdicts)))
    this.isWhole = true
    this.summary.add(verdicts)
    const { file, line } = verdicts[verdicts.length - 1]
    while (this.options.files[this.place.file].name !== file) {
      this.place = { file: this.place.file + 1, line: 0 }
    }
    this.place.line = line
    if (performance.now() - this.savedAt >= INTERVAL) {
      await this.save()
    }
  }

  /** Ends: all is done, and the checkpoint is gone, or it is saved for another time. */
  async close(isDone: boolean): Promise<void> {
    const { checkpoint } = this.options
    if (!isDone) {
      await this.save()
    } else if (checkpoint !== undefined) {
      await told(`Cannot remove ${checkpoint}`, () => removeCheckpoint(checkpoint))
    }
    await this.results?.close()
    await this.rejected?.close()
  }

  private async save(): Promise<void> {
    const { checkpoint, files, job } = this.options
    if (checkpoint !== undefined && this.isWhole) {
      await told(`Cannot write the checkpoint ${checkpoint}`, async () => {
        await this.results?.sync()
        await this.rejected?.sync()
        await writeCheckpoint(checkpoint, {
          job,
          files: files.slice(0, this.place.file + 1).map(({ name, size }) => ({ name, size })),
          line: this.place.line,
          written: { results: this.results?.size ?? 0, rejected: this.rejected?.size ?? 0 },
          summary: this.summary.state
        })
      })
    }
    this.savedAt = performance.now()
  }
}

/** The checkpoint to go on from. One that nothing was done in yet is none. */
async function readSaved(path: string, { files, job }: RecordsOptions): Promise<Checkpoint | undefined> {
  const saved = await told(`Cannot read the checkpoint ${path}`, () => readCheckpoint(path))
  if (!saved || (saved.files.length === 1 && saved.line === 0)) {
    return undefined
  }
  const last = saved.files.length - 1
  const isSame = saved.files.every(
    // The file that it was reading may have grown.
    ({ name, size }, index) =>
      name === files[index]?.name && (index < last ? size === files[index].size : size <= files[index].size)
  )
  if (saved.job !== job || !isSame) {
    const what = saved.job !== job ? 'has another target or other mappings or options' : 'had other inputs'
    throw new RecordsError(
      `The checkpoint ${path} is of a delivery that ${what}. Call that one again to end it, ` +
        'or delete the checkpoint to start from the beginning.'
    )
  }
  return saved
}

/** Does something with a file; what goes wrong is told in words. */
async function told<Value>(what: string, act: () => Promise<Value> | undefined): Promise<Value | undefined> {
  try {
    return await act()
  } catch (error) {
    const reason = isNativeError(error) ? error.message : String(error)
    throw new RecordsError(`${what}: ${reason}.`)
  }
}

/** A line of the results. */
function resultLine({ file, line, event, mapping, status, errorType, message }: Verdict): object {
  const { name, partnerAction } = mapping ?? {}
  return { file, line, messageId: event?.messageId, mapping: name, action: partnerAction, status, errorType, message }
}

/** The events that were refused, as they came, each with the reasons beside it. */
function rejectedLines(verdicts: readonly Verdict[]): object[] {
  const lines = new Map<string, object & { _rejected: object[] }>()
  for (const verdict of verdicts.filter((one) => kindOf(one) === 'rejected')) {
    const { file, line, event, text } = verdict
    const place = `${line} ${file}`
    const entry = lines.get(place) ?? { ...(event ?? { _line: text }), _rejected: [] }
    const { messageId: _, ...reason } = { messageId: undefined, ...resultLine(verdict) }
    entry._rejected.push(reason)
    lines.set(place, entry)
  }
  return [...lines.values()]
}
