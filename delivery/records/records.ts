import { errorMessage } from '../../common/error-message'
import type { InputFile } from '../read/find-files'
import type { FileToRead } from '../read/read-all'
import type { WindowProgress } from '../read/sort-events'
import type { EventReport, Position } from '../report'
import { Ledger } from './ledger'
import type { Job } from './ledger'
import type { FinishedFile } from './ledger-file'
import { Outputs } from './outputs'
import { nameInLedger, planFiles } from './plan-files'
import { RecordsError, wrapErrors } from './records-error'
import { Summary } from './summary'

/** Between two records of the progress */
const INTERVAL_MS = 1000

/** Where the records of a delivery are. */
export interface RecordsOptions {
  /** Its inputs, in order */
  files: readonly InputFile[]
  /** What is delivered where and how */
  job: Job
  /** Remembers what was delivered. Without it, the delivery can't be resumed. */
  ledger?: string
  /** Gets a line for each event and mapping. */
  results?: string
  /** Gets the events that were rejected, each with the reason in `_rejected`. */
  rejected?: string
  /** The lines of `results` have what goes on the wire as well. @default false */
  showsItems?: boolean
  /** All files are delivered, also those that the ledger has. @default false */
  isAgain?: boolean
}

/** The results and the progress of a delivery, kept in files so that nothing is delivered twice. */
export class Records {
  readonly summary: Summary
  /** The file that is delivered, by its index in `files` */
  private index = 0
  /** The last line of this file that has its result */
  private last?: Position
  private lastEnd?: EventReport['end']
  /** How much of the items that are sorted together has its results */
  private window?: WindowProgress
  /** Lines of the files that are not finished, by outcome */
  private readonly counts = new Map<string, Record<string, number>>()
  /** Files that are finished, and not recorded yet */
  private finished: Omit<FinishedFile, 'kind'>[]
  /** Digests of the files that were read to their end, by their names */
  private readonly digests = new Map<string, string>()
  private savedAt = performance.now()
  private isConsistent = true

  private constructor(
    readonly options: RecordsOptions,
    /** The files that are to be read, in order, each after what was delivered of it */
    readonly files: readonly FileToRead[],
    recognized: readonly Omit<FinishedFile, 'kind'>[],
    private readonly outputs: Outputs,
    private readonly ledger?: Ledger
  ) {
    this.summary = new Summary(ledger?.summary)
    this.finished = [...recognized]
    this.last = files[0]?.after
    this.window = this.windowBefore
  }

  /** @throws RecordsError when a file can't be read or written, is in use, or is not what it was */
  static async open(options: RecordsOptions): Promise<Records> {
    const { ledger: path, job, isAgain = false, results, rejected, showsItems } = options
    const outputs = new Outputs(options.files, showsItems)
    try {
      const ledger = path === undefined ? undefined : await openLedger(path, job, outputs, isAgain)
      outputs.ledger = ledger
      const { files, recognized } =
        ledger === undefined || isAgain || path === undefined
          ? { files: options.files, recognized: [] }
          : await planFiles(options.files, path, ledger)
      if (files.length > 0) {
        await outputs.open('results', results, ledger)
        await outputs.open('rejected', rejected, ledger)
      }
      const hasNews = files.length + recognized.length > 0
      if (ledger && hasNews) {
        // Better now than when there is something to lose.
        await wrapErrors(`Cannot write the ledger ${String(path)}`, () => ledger.start(job, now(), isAgain))
      }
      const records = new Records(options, files, recognized, outputs, ledger)
      if (hasNews) {
        await records.save()
      }
      return records
    } catch (error) {
      await outputs.close()
      throw error instanceof RecordsError ? error : new RecordsError(errorMessage(error))
    }
  }

  /** How far an interrupted delivery came in the items that it sorted together. */
  get windowBefore(): WindowProgress | undefined {
    return this.ledger?.window
  }

  get canBeResumed(): boolean {
    return this.ledger !== undefined
  }

  /** ISO 8601: when this job ended last. Undefined when it never did. */
  get endedAt(): string | undefined {
    return this.ledger?.endedAt
  }

  /** A file has been read to its end. */
  readonly onEnd = ({ name }: InputFile, digest: string): void => {
    this.digests.set(name, digest)
  }

  /** Adds reports of the files, in their order. */
  async add(reports: readonly EventReport[]): Promise<void> {
    // Until all is written, the ledger would count some of it twice.
    this.isConsistent = false
    await this.outputs.append(reports)
    this.isConsistent = true
    this.summary.add(reports)
    reports.forEach((report) => this.advance(report))
    if (performance.now() - this.savedAt >= INTERVAL_MS) {
      await this.save()
    }
  }

  /** Ends: all is delivered, or the rest is for another time. */
  async close(isDone: boolean): Promise<void> {
    try {
      while (isDone && this.index < this.files.length) {
        this.finishFile()
      }
      if (this.files.length > 0) {
        await this.save()
      }
      if (isDone) {
        await this.ledger?.end(now())
      }
    } finally {
      await this.outputs.close()
    }
  }

  private advance(report: EventReport): void {
    const { source, end, window } = report
    if (source.kind !== 'file') {
      return
    }
    this.countLine(source.file, report)
    if (window === undefined) {
      this.advanceTo(source.file, end)
      return
    }
    const { count, digest, ends } = window
    this.window = { done: (this.window?.done ?? 0) + 1, count, digest }
    if (this.window.done === count) {
      ends.forEach((last, file) => this.advanceTo(file, last))
      this.window = undefined
    }
  }

  private countLine(file: string, { problem, results }: EventReport): void {
    const counts = this.counts.get(file) ?? {}
    this.counts.set(file, counts)
    counts.lines = (counts.lines ?? 0) + 1
    if (problem) {
      counts.rejected = (counts.rejected ?? 0) + 1
    }
    for (const { outcome } of results) {
      counts[outcome] = (counts[outcome] ?? 0) + 1
    }
  }

  /** All events up to this one of a file have their results. */
  private advanceTo(file: string, end: EventReport['end']): void {
    while (this.files[this.index].name !== file) {
      this.finishFile()
    }
    this.lastEnd = end ?? this.lastEnd
  }

  /** All events of the current file have their results. */
  private finishFile(): void {
    const file = this.files[this.index]
    const { name, size, modifiedAt } = file
    const digest = this.digests.get(name)
    if (this.ledger && this.options.ledger !== undefined && digest !== undefined) {
      const last = this.lastEnd?.toPosition() ?? this.last
      const counts = this.counts.get(name) ?? {}
      this.finished.push({
        name: nameInLedger(this.options.ledger, file),
        size,
        modifiedAt,
        digest,
        last,
        counts,
        at: now()
      })
    }
    this.digests.delete(name)
    this.index += 1
    this.last = this.files[this.index]?.after
    this.lastEnd = undefined
    this.counts.delete(name)
  }

  /** Records what was done since the last time. */
  private async save(): Promise<void> {
    const { ledger, outputs, options } = this
    if (ledger && options.ledger !== undefined && this.isConsistent) {
      await outputs.sync()
      this.last = this.lastEnd?.toPosition() ?? this.last
      this.lastEnd = undefined
      const file = this.files[this.index]
      const position = file && this.last && { name: nameInLedger(options.ledger, file), at: this.last }
      const { finished, window } = this
      this.finished = []
      const summary = this.summary.takeRecent()
      await wrapErrors(`Cannot write the ledger ${options.ledger}`, () =>
        ledger.record({ finished, position, window, written: outputs.written, summary })
      )
    }
    this.savedAt = performance.now()
  }
}

async function openLedger(path: string, job: Job, outputs: Outputs, isAgain: boolean): Promise<Ledger> {
  const advice = 'Choose another place with --ledger.'
  await wrapErrors(`Cannot use the ledger ${path}`, () => outputs.claim(path), advice)
  const ledger = await wrapErrors(`Cannot read the ledger ${path}`, () => Ledger.open(path, job))
  if (ledger.interrupted !== undefined && !ledger.isKnown && !isAgain) {
    await ledger.close()
    throw new RecordsError(
      `The ledger ${path} is of a delivery to ${ledger.interrupted} that was interrupted, with other mappings, options ` +
        'or another target. Run that one again to finish it, or use --again to deliver all files now.'
    )
  }
  return ledger
}

function now(): string {
  return new Date().toISOString()
}
