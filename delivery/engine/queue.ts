import type { Mapping } from '../mapping/mappings'
import { idOf } from '../read/id-of'
import type { Batch, Lane, Task } from './task'

/** Bytes of events in one batch, unless one event alone is larger. Ortto's own limit is not known. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024

/** With so many unsent tasks, no more events are read: the longer they wait, the more they cost to keep. */
const MAX_UNSENT = 2000

/** A batch that is not full waits so long for more tasks, while there is room to send. */
const LINGER_MS = 100

/** With more users at a time, an anonymous id no longer keeps the order: all of them would wait for each other. */
const MAX_USERS = 20

/**
 * Makes batches of tasks, and keeps the order of each user's: a task joins a batch when all tasks before it, in each of
 * its lanes, are finished, or are in the same batch.
 */
export class KeyQueue {
  private readonly users = new Map<string, Lane>()
  private readonly visitors = new Map<string, Lane>()
  private readonly open = new Map<Mapping, Batch>()
  private readonly full: Batch[] = []
  /** Tasks that were not sent yet, or can be sent again now. Those that are delayed do not count. */
  private unsent = 0

  constructor(private readonly now: () => number) {}

  /** True when no more events are to be read for now. */
  get isFull(): boolean {
    return this.unsent >= MAX_UNSENT
  }

  /** Until when the oldest batch that is not full waits for more tasks. */
  get lingersUntil(): number {
    const [first] = this.open.values()
    return first ? first.begunAt + LINGER_MS : Infinity
  }

  add(task: Task): void {
    this.unsent += 1
    this.queueUp(task)
    // It is the last in its lanes, so no other task waits for it.
    this.tryJoin(task)
  }

  /** A batch to send now: a full one, or, if it need not be full, the oldest. */
  take(mayBePartial: boolean): Batch | undefined {
    const batch = this.full.shift() ?? (mayBePartial ? [...this.open.values()][0] : undefined)
    if (batch && this.open.get(batch.mapping) === batch) {
      this.open.delete(batch.mapping)
    }
    this.unsent -= batch?.tasks.length ?? 0
    return batch
  }

  /** A task that was sent waits until `retry` is called. */
  delay(task: Task): void {
    task.retries += 1
    task.batch = undefined
    task.isDelayed = true
  }

  /** A task can be sent again now. */
  retry(task: Task): void {
    task.isDelayed = false
    this.unsent += 1
    if (this.tryJoin(task)) {
      this.advance(task.lanes)
    }
  }

  /** A task has its final result. */
  finish(task: Task): void {
    let isFollowed = false
    for (const { id, byId, tasks } of task.lanes) {
      if (tasks[0] === task) {
        tasks.shift()
      } else {
        tasks.splice(tasks.indexOf(task), 1)
      }
      if (tasks.length === 0) {
        byId.delete(id)
      } else {
        isFollowed = true
      }
    }
    if (isFollowed) {
      this.advance(task.lanes)
    }
  }

  private queueUp(task: Task): void {
    const user = idOf(task.event.userId)
    const visitor = idOf(task.event.anonymousId)
    const ofUser = user === undefined ? undefined : enter(this.users, user, user, task)
    const ofVisitor = visitor === undefined ? undefined : enter(this.visitors, visitor, user, task)
    // A list that is made with its members is smaller than one that grows.
    if (ofUser && ofVisitor) {
      task.lanes = [ofUser, ofVisitor]
    } else if (ofUser) {
      task.lanes = [ofUser]
    } else if (ofVisitor) {
      task.lanes = [ofVisitor]
    }
  }

  /** Lets the next tasks of these lanes join, and those that may follow them then. */
  private advance(lanes: readonly Lane[]): void {
    const waiting = [...lanes]
    for (const lane of waiting) {
      for (const task of [...lane.tasks]) {
        if (task.batch) {
          continue
        }
        if (!this.tryJoin(task)) {
          break
        }
        waiting.push(...task.lanes.filter((other) => other !== lane))
      }
    }
  }

  /** Puts a task into the open batch of its mapping, if it may join. */
  private tryJoin(task: Task): boolean {
    const batch = task.batch || task.isDelayed ? undefined : this.batchFor(task)
    if (!batch) {
      return false
    }
    task.batch = batch
    batch.tasks.push(task)
    batch.bytes += task.size
    batch.limit = Math.min(batch.limit, task.maxBatch)
    if (batch.tasks.length >= batch.limit) {
      this.close(batch)
    }
    return true
  }

  /** The open batch of its mapping, with room for the task. Undefined when a task before it is not in that batch. */
  private batchFor(task: Task): Batch | undefined {
    const { mapping, size, maxBatch, lanes } = task
    const batch = this.open.get(mapping)
    if (!lanes.every(({ tasks }) => isNext(task, tasks, batch))) {
      return undefined
    }
    if (batch && batch.bytes + size <= MAX_BATCH_BYTES && batch.tasks.length < maxBatch) {
      return batch
    }
    if (batch) {
      this.close(batch)
    }
    if (!lanes.every(({ tasks }) => tasks[0] === task)) {
      return undefined
    }
    const next = { mapping, tasks: [], bytes: 0, limit: mapping.batchSize, begunAt: this.now() }
    this.open.set(mapping, next)
    return next
  }

  private close(batch: Batch): void {
    this.open.delete(batch.mapping)
    this.full.push(batch)
  }
}

/** Puts a task at the end of a lane. Undefined when the id is shared by too many users, and the task has a user. */
function enter(byId: Map<string, Lane>, id: string, user: string | undefined, task: Task): Lane | undefined {
  const lane = byId.get(id)
  if (!lane) {
    const begun: Lane = { id, byId, tasks: [task], user, others: undefined }
    byId.set(id, begun)
    return begun
  }
  if (user !== lane.user) {
    lane.others = (lane.others ?? new Set()).add(user)
  }
  if (user !== undefined && lane.others !== undefined && lane.others.size >= MAX_USERS) {
    return undefined
  }
  lane.tasks.push(task)
  return lane
}

/** True when all tasks before it are in this batch. */
function isNext(task: Task, tasks: readonly Task[], batch: Batch | undefined): boolean {
  for (const before of tasks) {
    if (before === task) {
      return true
    }
    if (before.batch === undefined || before.batch !== batch) {
      return false
    }
  }
  return false
}
