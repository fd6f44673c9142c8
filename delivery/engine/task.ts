import type { SegmentEvent } from '@segment/actions-core'
import type { Mapping } from '../mapping/mappings'
import type { MappingResult, Source } from '../report'
import type { PendingReport } from './pending-reports'

/** One event for one mapping, until it has its final result. */
export class Task {
  /** The batch that it is sent in. Undefined while it waits for others of its user, or for another try. */
  batch?: Batch
  isDelayed = false
  /** The lanes that it is in: its user's, and its anonymous id's */
  lanes: Lane[] = []
  /** How often it failed in a way that another try may fix */
  failures = 0
  /** How often its batches failed as a whole, since they were made smaller for that */
  failuresAsWhole = 0
  /** How often it was sent again */
  retries = 0
  /** When it failed first. Milliseconds */
  failedSince?: number
  /** Tasks in its next batch, at most: its batches failed as a whole, perhaps because of one event. */
  maxBatch = Infinity
  /** Ortto confirmed it, but it is sent again after an earlier one of its user that is retried. */
  confirmed?: MappingResult

  /**
   * @param size of the event in bytes
   * @param report gets its final result, at this position
   */
  constructor(
    readonly event: SegmentEvent,
    readonly mapping: Mapping,
    readonly size: number,
    private readonly report: PendingReport,
    private readonly position: number
  ) {}

  /** Where its event came from */
  get source(): Source {
    return this.report.report.source
  }

  /** Gives it the result of an event that is not to be sent any more. */
  expire(): void {
    this.settle({
      mapping: this.mapping,
      outcome: 'rejected',
      code: 'deadline_passed',
      status: 408,
      isRetryable: true,
      errorType: 'REQUEST_TIMEOUT',
      message: 'The deadline passed before this event was sent.',
      isRecognizable: false
    })
  }

  /** Gives it its final result. */
  settle(result: MappingResult): void {
    this.report.setResult(this.position, this.retries > 0 ? { ...result, retries: this.retries } : result)
  }
}

/** Tasks of one mapping that are sent together, those of one user in their order. */
export interface Batch {
  mapping: Mapping
  tasks: Task[]
  bytes: number
  /** Tasks, at most */
  limit: number
  /** Milliseconds */
  begunAt: number
}

/** The unfinished tasks that share an id, in their order. */
export interface Lane {
  id: string
  /** The map that it is in: the lanes of all ids of its kind */
  byId: Map<string, Lane>
  tasks: Task[]
  /** The user of its first task. `others` are further users of an anonymous id; no user counts as one of them. */
  user: string | undefined
  others: Set<string | undefined> | undefined
}

/** True when a task comes after one of the others in a lane of both. */
export function isBehind(task: Task, others: ReadonlySet<Task>): boolean {
  return task.lanes.some(({ tasks }) => {
    for (const before of tasks) {
      if (before === task) {
        return false
      }
      if (others.has(before)) {
        return true
      }
    }
    return false
  })
}
