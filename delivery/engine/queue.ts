import type { SegmentEvent } from '@segment/actions-core'
import type { Mapping } from './mappings'
import type { MappingResult } from './report'
import type { Failures } from './retry-policy'

/** Bytes of events that one batch takes, unless one event alone is larger. Ortto's own limit is not known. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024

/** An anonymous id that so many users have at the same time is nobody's: it would keep all of them in one line. */
const MAX_USERS = 20

/** One event for one mapping, on its way to its verdict. */
export class Task {
  /** Where it waits to be sent, or was sent. None while it waits for others of its user, or for another try. */
  batch?: Batch
  isDelayed = false
  /** The lanes in which it stands */
  lanes: Lane[] = []
  readonly failures: Failures = { count: 0 }
  /** No batch that it is in may be larger: its last one failed whole, perhaps because of one event. */
  maxBatch = Infinity
  /** Ortto took it, but it is sent again, behind an earlier one of its user that is. */
  confirmed?: MappingResult

  /**
   * @param size of the event in bytes
   * @param settle takes its final result
   */
  constructor(
    readonly event: SegmentEvent,
    readonly mapping: Mapping,
    readonly size: number,
    readonly settle: (result: MappingResult) => void
  ) {}
}

/** Tasks of one mapping that are sent together, those of one user in their order. */
export interface Batch {
  mapping: Mapping
  tasks: Task[]
  bytes: number
  /** Tasks */
  limit: number
  /** In milliseconds */
  begunAt: number
}

/** The unfinished tasks that share an id, in their order. */
interface Lane {
  id: string
  /** The lanes of ids of its kind */
  among: Map<string, Lane>
  tasks: Task[]
  /** The user of its first task; and the others, when an anonymous id has more. Undefined counts as one of them. */
  user: string | undefined
  others?: Set<string | undefined>
}

/**
 * Makes batches of tasks, and keeps the order of each user's: a task joins a batch when all tasks before it, in each of
 * its lanes, are finished, or are in the same batch.
 */
export class KeyQueue {
  private readonly users = new Map<string, Lane>()
  private readonly visitors = new Map<string, Lane>()
  private readonly open = new Map<Mapping, Batch>()
  private readonly full: Batch[] = []
  private unsent = 0

  constructor(private readonly now: () => number) {}

  /** Tasks that are to be sent, now or when others are finished */
  get size(): number {
    return this.unsent
  }

  /** Since when the first batch that is not full waits for more tasks. */
  get waitsSince(): number {
    const [first] = this.open.values()
    return first?.begunAt ?? Infinity
  }

  add(task: Task): void {
    this.unsent += 1
    this.queueUp(task)
    if (this.tryJoin(task)) {
      this.advance(task.lanes)
    }
  }

  /** A batch to send now: a full one, or the one that was begun first, when what there is must do. */
  take(isEnough: boolean): Batch | undefined {
    const batch = this.full.shift() ?? (isEnough ? [...this.open.values()][0] : undefined)
    if (batch && this.open.get(batch.mapping) === batch) {
      this.open.delete(batch.mapping)
    }
    this.unsent -= batch?.tasks.length ?? 0
    return batch
  }

  /** A task that was sent is to be sent again, not before `retry`. */
  delay(task: Task): void {
    task.batch = undefined
    task.isDelayed = true
    this.unsent += 1
  }

  /** A task is to be sent again now. */
  retry(task: Task): void {
    task.isDelayed = false
    if (this.tryJoin(task)) {
      this.advance(task.lanes)
    }
  }

  /** A task has its verdict. */
  finish(task: Task): void {
    for (const lane of task.lanes) {
      lane.tasks.splice(lane.tasks.indexOf(task), 1)
      if (lane.tasks.length === 0) {
        lane.among.delete(lane.id)
      }
    }
    this.advance(task.lanes)
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

  /** The open batch of its mapping, with room for a task. None when a task before it is not in there. */
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

/** Puts a task at the end of a lane. Undefined when the lane is nobody's, and the task has one of its user's. */
function enter(among: Map<string, Lane>, id: string, user: string | undefined, task: Task): Lane | undefined {
  const lane = among.get(id)
  if (!lane) {
    const begun = { id, among, tasks: [task], user }
    among.set(id, begun)
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

/** True when all tasks before it are in a batch. */
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

/** True when a task stands behind one of these in a lane of both. */
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

/** An id that tells users apart; 5 and "5" are one. Anything else is refused later, and tells nobody apart. */
export function idOf(id: unknown): string | undefined {
  if (typeof id === 'number') {
    return String(id)
  }
  return typeof id === 'string' && id !== '' ? id : undefined
}
