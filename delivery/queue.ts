import type { SegmentEvent } from '@segment/actions-core'
import type { Mapping } from './mappings'
import type { Result } from './send-batch'

/** Bytes of events that one batch takes, unless one event alone is larger. Ortto's own limit is not known. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024

/** One event for one mapping, on its way to its verdict. */
export class Task {
  /** Unfinished tasks of the same user, which it must not overtake. */
  blockers: Task[] = []
  /** Tasks that it blocks. */
  followers: Task[] = []
  /** Where it waits to be sent, or was sent. None while it is blocked, or waits for another try. */
  batch?: Batch
  isDelayed = false
  /** How often it failed in a way that another try may mend, and since when, in milliseconds. */
  failures = 0
  failedSince?: number
  /** No batch that it is in may be larger: its last one failed whole, perhaps because of one event. */
  maxBatch = Infinity
  /** Ortto took it, but it is sent again, behind an earlier one of its user that is. */
  confirmed?: Result

  /**
   * @param size of the event in bytes
   * @param settle takes its final result
   * @param keys what tells its user: ids that tasks may share
   */
  constructor(
    readonly event: SegmentEvent,
    readonly mapping: Mapping,
    readonly size: number,
    readonly settle: (result: Result) => void,
    readonly keys: readonly string[] = userKeys(event)
  ) {}
}

/** Tasks of one mapping that are sent together, those of one user in their order. */
export interface Batch {
  mapping: Mapping
  tasks: Task[]
  bytes: number
  /** Tasks */
  limit: number
}

/**
 * Makes batches of tasks, and keeps the order of each user's: a task joins a batch when all earlier ones of its user
 * are finished, or are in the same batch.
 */
export class Queue {
  /** The last unfinished task of each user, by key */
  private readonly tails = new Map<string, Task>()
  private readonly open = new Map<Mapping, Batch>()
  private readonly full: Batch[] = []

  add(task: Task): void {
    for (const key of task.keys) {
      const tail = this.tails.get(key)
      this.tails.set(key, task)
      if (tail) {
        block(tail, task)
      }
    }
    this.join(task)
  }

  /** A batch to send now: a full one, or the one that was begun first, when what there is must do. */
  take(isEnough: boolean): Batch | undefined {
    const batch = this.full.shift() ?? (isEnough ? [...this.open.values()][0] : undefined)
    if (batch && this.open.get(batch.mapping) === batch) {
      this.open.delete(batch.mapping)
    }
    return batch
  }

  /** A task that was sent is to be sent again, not before `retry`. */
  delay(task: Task): void {
    task.batch = undefined
    task.isDelayed = true
  }

  /** A task is to be sent again now. */
  retry(task: Task): void {
    task.isDelayed = false
    this.join(task)
  }

  /** A task has its verdict. Who waited for it waits for those that it waited for itself, if any. */
  finish(task: Task): void {
    const { blockers, followers } = task
    for (const key of task.keys) {
      if (this.tails.get(key) === task) {
        if (blockers.length > 0) {
          this.tails.set(key, blockers[0])
        } else {
          this.tails.delete(key)
        }
      }
    }
    blockers.forEach((blocker) => remove(blocker.followers, task))
    for (const follower of followers) {
      remove(follower.blockers, task)
      blockers.forEach((blocker) => block(blocker, follower))
    }
    followers.forEach((follower) => this.join(follower))
  }

  /** Puts a task into the open batch of its mapping, if it may join; then those that may follow it there. */
  private join(first: Task): void {
    const candidates = [first]
    for (const task of candidates) {
      const batch = task.batch || task.isDelayed ? undefined : this.batchFor(task)
      if (batch) {
        task.batch = batch
        batch.tasks.push(task)
        batch.bytes += task.size
        batch.limit = Math.min(batch.limit, task.maxBatch)
        if (batch.tasks.length >= batch.limit) {
          this.close(batch)
        }
        candidates.push(...task.followers)
      }
    }
  }

  /** The open batch of its mapping, with room for a task. None when the task is blocked by one that is not in it. */
  private batchFor({ mapping, size, maxBatch, blockers }: Task): Batch | undefined {
    const batch = this.open.get(mapping)
    if (!blockers.every((blocker) => blocker.batch !== undefined && blocker.batch === batch)) {
      return undefined
    }
    if (batch && batch.bytes + size <= MAX_BATCH_BYTES && batch.tasks.length < maxBatch) {
      return batch
    }
    if (batch) {
      this.close(batch)
    }
    if (blockers.length > 0) {
      return undefined
    }
    const next = { mapping, tasks: [], bytes: 0, limit: mapping.batchSize }
    this.open.set(mapping, next)
    return next
  }

  private close(batch: Batch): void {
    this.open.delete(batch.mapping)
    this.full.push(batch)
  }
}

function remove(tasks: Task[], task: Task): void {
  const index = tasks.indexOf(task)
  if (index >= 0) {
    tasks.splice(index, 1)
  }
}

function block(blocker: Task, follower: Task): void {
  if (!follower.blockers.includes(blocker)) {
    follower.blockers.push(blocker)
    blocker.followers.push(follower)
  }
}

/** The ids by which Segment knows the user. An event with both links them. */
function userKeys({ userId, anonymousId }: SegmentEvent): string[] {
  return [
    ...(userId === undefined || userId === null || userId === '' ? [] : [`user ${String(userId)}`]),
    ...(anonymousId === undefined || anonymousId === null || anonymousId === ''
      ? []
      : [`anonymous ${String(anonymousId)}`])
  ]
}
