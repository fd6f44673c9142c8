import type { EventReport, MappingResult } from '../report'
import type { Pace } from './pace'
import type { ResponseSignal } from './sender'
import type { Stopped } from './stopped'
import type { Task } from './task'

/** What a delivery does about the results of its requests. */
export interface ResultPolicy {
  /** A response arrived. Its results follow. */
  noteResponse(signal: ResponseSignal): void
  /**
   * Gives each task of a batch its final result, or another try. Tells the pace that the request has ended.
   * @param results of the tasks, in the same order
   * @param startedAt when the request was made
   */
  decide(tasks: readonly Task[], results: readonly MappingResult[], startedAt: number): Decision
  /**
   * Looks at reports before they are passed on.
   * @param isAll there are no more reports for now
   * @returns `wait` when they must not be passed on yet, or why the delivery stops
   */
  checkReports(reports: readonly EventReport[], isAll: boolean): Stopped | 'wait' | undefined
}

/** What the results of a batch mean for its tasks, and for the delivery. */
export interface Decision {
  /** The tasks that are sent again, in their order */
  retried: ReadonlySet<Task>
  /** When they are sent again, at the earliest */
  retryAt: number
  /** The results of all tasks, in their order: final for those that are not sent again */
  results: readonly MappingResult[]
  /** Why the delivery stops, if it does. When the key is refused, no result is final. */
  stopped?: Stopped
}

/** Sends each event once: a failure is its result, and neither pauses nor stops anything. */
export class SingleAttempt implements ResultPolicy {
  constructor(private readonly pace: Pace) {}

  noteResponse(): void {
    // Nothing waits.
  }

  decide(_tasks: readonly Task[], results: readonly MappingResult[], startedAt: number): Decision {
    this.pace.end(startedAt, undefined)
    return { results, retried: new Set(), retryAt: Infinity }
  }

  checkReports(): undefined {
    return undefined
  }
}
