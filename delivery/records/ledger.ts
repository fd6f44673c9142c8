import { LedgerFile } from './ledger-file'
import type { FinishedFile, LedgerLine } from './ledger-file'
import type { WindowProgress } from '../read/sort-events'
import type { Position } from '../report'
import { emptySummary, sumSummaries } from './summary'
import type { SummaryState } from './summary'

/** What a ledger knows of one job. */
interface JobState {
  finished: Map<string, FinishedFile>
  /** How far it has come in the file that is not finished */
  position?: { name: string; at: Position }
  /** How far it has come in the items behind this position that are sorted together */
  window?: WindowProgress
  /** What was counted since its last end */
  summary: SummaryState
  /** It started, and has not ended. */
  isOpen: boolean
  /** Something was delivered since its last end. */
  hasProgress: boolean
  /** ISO 8601: when it ended last */
  endedAt?: string
}

/** What is delivered where and how. */
export interface Job {
  /** A digest of target, mappings and options: another one is another job. */
  id: string
  /** For people */
  target: string
}

/** What a delivery did since the last time that it was recorded. */
interface Progress {
  finished: readonly Omit<FinishedFile, 'kind'>[]
  position?: { name: string; at: Position }
  window?: WindowProgress
  /** Bytes of the output files, by their paths */
  written: Record<string, number>
  /** What was counted since then */
  summary: SummaryState
}

/**
 * Remembers the files that were delivered, and how far a delivery has come, for each job. It only grows: what is
 * recorded each second does not depend on what was delivered before.
 */
export class Ledger {
  /** Files that were delivered, by their size */
  private readonly bySize = new Map<number, FinishedFile[]>()
  private isStarted = false

  private constructor(
    private readonly file: LedgerFile,
    private state: JobState,
    /** True when this job was started before. */
    readonly isKnown: boolean,
    /** Bytes of the output files when they were recorded last, for any job */
    readonly written: Readonly<Record<string, number>>,
    /** The target of another job that was interrupted */
    readonly interrupted?: string
  ) {
    for (const finished of state.finished.values()) {
      const same = this.bySize.get(finished.size)
      if (same) {
        same.push(finished)
      } else {
        this.bySize.set(finished.size, [finished])
      }
    }
  }

  /**
   * Opens a ledger for a job.
   * @throws LedgerError when it is damaged
   */
  static async open(path: string, job: Job): Promise<Ledger> {
    const jobs = new Map<string, JobState>()
    const targets = new Map<string, string>()
    let current = newState()
    /** Lines that no commit has confirmed: they are void after a kill. */
    let unconfirmed: LedgerLine[] = []
    const written: Record<string, number> = {}
    const file = await LedgerFile.open(path, (line) => {
      if (line.kind === 'start') {
        current = jobs.get(line.job) ?? newState()
        jobs.set(line.job, current)
        current.isOpen = true
        targets.set(line.job, line.target)
        unconfirmed = []
      } else if (line.kind === 'finished' || line.kind === 'position' || line.kind === 'window') {
        unconfirmed.push(line)
      } else {
        current.window = undefined
        unconfirmed.forEach((one) => apply(current, one))
        unconfirmed = []
        apply(current, line)
        Object.assign(written, line.kind === 'commit' ? line.written : {})
      }
    })
    const others = [...jobs].filter(([id, { hasProgress }]) => id !== job.id && hasProgress)
    const [interrupted] = others.map(([id]) => targets.get(id))
    return new Ledger(file, jobs.get(job.id) ?? newState(), jobs.has(job.id), written, interrupted)
  }

  /** The file with this name that was delivered. */
  findFinished(name: string): FinishedFile | undefined {
    return this.state.finished.get(name)
  }

  /** The files of this size that were delivered. */
  findFinishedBySize(size: number): FinishedFile[] {
    return this.bySize.get(size) ?? []
  }

  /** How far an interrupted delivery came in a file. */
  get position(): { name: string; at: Position } | undefined {
    return this.state.position
  }

  /** How far an interrupted delivery came in the items that it sorted together. */
  get window(): WindowProgress | undefined {
    return this.state.window
  }

  /** What an interrupted delivery has counted. */
  get summary(): SummaryState {
    return this.state.summary
  }

  /** True when the job was started before, and has not ended. */
  get isOpen(): boolean {
    return this.state.isOpen
  }

  /** ISO 8601: when the job ended last. Undefined when it never did. */
  get endedAt(): string | undefined {
    return this.state.endedAt
  }

  /**
   * Records that a delivery starts.
   * @param isAgain all files are delivered again
   */
  async start(job: Job, now: string, isAgain: boolean): Promise<void> {
    await this.file.append([
      { kind: 'start', version: 1, job: job.id, target: job.target, at: now },
      ...(isAgain ? [{ kind: 'again' as const, at: now }] : [])
    ])
    this.isStarted = true
    if (isAgain) {
      this.state = newState()
      this.bySize.clear()
    }
  }

  async record({ finished, position, window, written, summary }: Progress): Promise<void> {
    await this.file.append([
      ...finished.map((file): LedgerLine => ({ kind: 'finished', ...file })),
      ...(position ? [{ kind: 'position' as const, ...position }] : []),
      ...(window ? [{ kind: 'window' as const, ...window }] : []),
      { kind: 'commit', written, summary }
    ])
  }

  /** Records that all was delivered. */
  async end(now: string): Promise<void> {
    if (this.isStarted) {
      await this.file.append([{ kind: 'end', at: now }])
    }
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}

function newState(): JobState {
  return { finished: new Map(), summary: emptySummary(), isOpen: false, hasProgress: false }
}

function apply(state: JobState, line: LedgerLine): void {
  switch (line.kind) {
    case 'again':
      Object.assign(state, newState(), { position: undefined, window: undefined, endedAt: undefined, isOpen: true })
      break
    case 'finished':
      state.finished.set(line.name, line)
      state.position = state.position?.name === line.name ? undefined : state.position
      state.hasProgress = true
      break
    case 'position':
      state.position = line
      state.hasProgress = true
      break
    case 'window':
      state.window = line
      state.hasProgress = true
      break
    case 'commit':
      state.summary = sumSummaries(state.summary, line.summary)
      break
    case 'end':
      state.isOpen = false
      state.hasProgress = false
      state.position = undefined
      state.window = undefined
      state.summary = emptySummary()
      state.endedAt = line.at
      break
    case 'start':
      break
  }
}
