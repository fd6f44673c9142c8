import { validate } from '@segment/destination-subscriptions'
import ortto from '../src'
import type { Settings } from '../src/generated-types'
import { isRetryable } from '../src/results'
import type { Target } from './definition'
import { isMeantFor } from './integrations'
import type { Mapping } from './mappings'
import { backoff, Pace } from './pace'
import type { Shown } from './pace'
import { isBehind, Queue, Task } from './queue'
import type { Batch } from './queue'
import type { Line } from './read-events'
import { FIRST_RESULTS, FirstResults, isWorthAgain, kindOf, refusalOfKey, showsOf } from './results'
import { Sender } from './sender'
import type { Heard, Result } from './sender'
import { realTime } from './time'
import type { Time } from './time'

/** What became of one event in one mapping, or of a line that no mapping took. */
export interface Verdict extends Partial<Result> {
  file: string
  /** The line in the file, or the place in its array, from 1 */
  line: number
  /** What stands there, when it can be shown: the event as JSON, or what stands there instead. */
  text?: string
  isEvent: boolean
  messageId?: string
  /** The mapping that took the event, and its action. None when no mapping did, and then there is no status either. */
  mapping?: Mapping
  message: string
}

export interface DeliveryOptions {
  to: Target
  settings: Settings
  mappings: readonly Mapping[]
  /** Names by which an event's `integrations` may switch the destination off and on, besides its own. */
  integrations?: readonly string[]
  /** Events a second, at most */
  rate?: number
  /** The lines come from a stream, which may have no end: verdicts wait only a moment for more lines. */
  isEndless?: boolean
  /** Is told how many milliseconds each batch took. */
  onAnswer?: (milliseconds: number) => void
  /** Stops it: what is under way is waited for, and nothing more is sent. */
  signal?: AbortSignal
  /** Only for tests: real time otherwise. */
  time?: Time
}

/** A delivery that ended before all events had their verdicts. The message says why, and what to do. */
export class Stopped extends Error {
  /** @param mayPass the same delivery may succeed later, with nobody doing anything about it */
  constructor(message: string, readonly mayPass = false) {
    super(message)
  }
}

/** Events that were read and have no verdict yet: no more are held, and no more bytes of them. */
const MAX_WAITING = 8000
const MAX_WAITING_BYTES = 32 * 1024 * 1024

/** With so many events to be sent, no more are read: the longer they wait, the more they cost to keep. */
const MAX_UNSENT = 2000

/** Milliseconds that events wait for more, to be sent together, while there is room to send. */
const LINGER = 100

/** An event that fails so often, while Ortto takes others, is given up: its last failure is its verdict. */
const MAX_FAILURES = 8

/** A batch that failed whole more than once goes on in so many parts. */
const SPLIT = 4

/** Milliseconds of nothing but failures, after which it stops. */
const MAX_OUTAGE = 5 * 60_000

/** Milliseconds without a new line, after which the first results of an endless delivery are all that there are. */
const IDLE = 1000

/** Of a line that holds no event. */
const NO_EVENT = { status: 400, errorType: 'BAD_REQUEST' }

/** A line that was read, and its results so far. */
interface Pending {
  /** Bytes */
  size: number
  verdicts: Verdict[]
  /** Tasks without a result */
  open: number
}

/**
 * One delivery of events to Ortto: each event goes through each mapping that takes it, in batches, several at a time,
 * those of one user in their order, and again when that may mend what went wrong.
 */
export class Delivery {
  /** Tries that were made again */
  retried = 0
  private readonly time: Time
  private readonly pace: Pace
  private readonly sender: Sender
  private readonly integrations: readonly string[]
  private readonly queue: Queue
  /** Lines without verdicts, or with verdicts that were not yielded yet */
  private readonly pending: Pending[] = []
  private pendingBytes = 0
  /** When the last line came in */
  private addedAt = Infinity
  /** Tasks that wait for another try */
  private delayed: { tasks: Task[]; dueAt: number }[] = []
  private readonly firstResults = new FirstResults()
  /** Since when Ortto has taken nothing of what it was sent */
  private failingSince?: number
  /** When Ortto last gave an answer that makes sense */
  private aliveAt = -Infinity
  private hasEnded = false
  private ending?: Stopped
  /** Why no more lines can be read */
  private readError?: Error
  /** Lets `run`, or `feed`, look at everything anew. */
  private ring: () => void = () => undefined
  private makeRoom: () => void = () => undefined

  constructor(private readonly options: DeliveryOptions) {
    const { to, settings, integrations = [], rate, time = realTime } = options
    this.time = time
    this.queue = new Queue(time.now)
    this.pace = new Pace(time.now, time.random, rate)
    this.integrations = [ortto.name, ...integrations]
    this.sender = new Sender({ to, settings, onHeard: (heard) => this.heed(heard) })
  }

  /** Milliseconds until sending goes on, while Ortto makes it wait. */
  get pause(): number {
    return Math.max(0, this.pace.pausedUntil - this.time.now())
  }

  /**
   * Delivers the events, and yields the verdicts in the order of the lines, all of a line together.
   * @throws Stopped when it ends early; what was yielded until then has its verdict, and nothing after it has
   */
  async *run(lines: AsyncIterable<readonly Line[]>): AsyncGenerator<Verdict[]> {
    const { signal } = this.options
    const onAbort = () => this.end(new Stopped('You stopped it.'))
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) {
      onAbort()
    }
    this.feed(lines).catch((error: Error) => {
      this.readError = error
      this.hasEnded = true
      this.ring()
    })
    try {
      while (!this.hasEnded || this.pending.length > 0) {
        const wakeAt = this.send()
        const verdicts = this.takeVerdicts()
        if (!this.isEnough) {
          this.makeRoom()
        }
        if (verdicts.length > 0) {
          yield verdicts
        } else if (this.ending && this.pace.requests === 0) {
          throw this.ending
        } else if (!this.hasEnded || this.pending.length > 0) {
          const isWaiting = this.pending.length > 0 && this.idleAt > this.time.now()
          await this.rung(isWaiting ? Math.min(wakeAt, this.idleAt) : wakeAt)
        }
      }
      if (this.readError) {
        throw this.readError
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.end(new Stopped('Nobody takes its verdicts any more.'))
    }
  }

  /** Resolves when something has happened, or at a time. */
  private async rung(wakeAt: number): Promise<void> {
    const bell = new Promise<void>((resolve) => (this.ring = resolve))
    const cancel = wakeAt < Infinity ? this.time.at(wakeAt, this.ring) : undefined
    await bell
    cancel?.()
  }

  /** Nothing more is read or sent. */
  private end(reason: Stopped): void {
    this.ending ??= reason
    this.ring()
    this.makeRoom()
  }

  /** When an endless delivery has had all lines that there are for now. */
  private get idleAt(): number {
    return this.options.isEndless ? this.addedAt + IDLE : Infinity
  }

  private get isFull(): boolean {
    return this.pending.length >= MAX_WAITING || this.pendingBytes >= MAX_WAITING_BYTES
  }

  /** True when what was read must do for now. */
  private get isEnough(): boolean {
    return this.hasEnded || this.isFull || this.queue.size >= MAX_UNSENT
  }

  /** Takes the lines in, as long as there is room. */
  private async feed(lines: AsyncIterable<readonly Line[]>): Promise<void> {
    for await (const some of lines) {
      some.forEach((line) => this.add(line))
      this.ring()
      while (this.isEnough && !this.ending) {
        await new Promise<void>((resolve) => (this.makeRoom = resolve))
      }
      if (this.ending) {
        return
      }
    }
    this.hasEnded = true
    this.ring()
  }

  private add(line: Line): void {
    const { file, line: number, size, text } = line
    const pending: Pending = { size, verdicts: [], open: 0 }
    this.pending.push(pending)
    this.addedAt = this.time.now()
    this.pendingBytes += size
    if (!('event' in line)) {
      pending.verdicts.push({ file, line: number, text, isEvent: false, ...NO_EVENT, message: line.problem })
      return
    }
    const { event } = line
    const messageId = typeof event.messageId === 'string' ? event.messageId : undefined
    const place = { file, line: number, text, isEvent: true, messageId }
    if (!isMeantFor(event, this.integrations)) {
      pending.verdicts.push({ ...place, message: 'Its integrations keep this event from Ortto, so it was not sent.' })
      return
    }
    const mappings = this.options.mappings.filter(({ trigger }) => validate(trigger, event))
    if (mappings.length === 0) {
      pending.verdicts.push({ ...place, message: 'No mapping takes this event, so it was not sent.' })
      return
    }
    pending.open = mappings.length
    pending.verdicts = new Array<Verdict>(mappings.length)
    mappings.forEach((mapping, index) => {
      const settle = ({ status, errorType, message, sent }: Result) => {
        // Member by member, since a spread takes ten times as long.
        pending.verdicts[index] = {
          file,
          line: number,
          text,
          isEvent: true,
          messageId,
          mapping,
          status,
          errorType,
          message,
          sent
        }
        pending.open -= 1
      }
      this.queue.add(new Task(event, mapping, size, settle))
    })
  }

  /** The verdicts of the first lines that have all of theirs. */
  private takeVerdicts(): Verdict[] {
    let count = 0
    while (count < this.pending.length && this.pending[count].open === 0) {
      count += 1
    }
    const verdicts = this.pending.slice(0, count).flatMap((line) => line.verdicts)
    // When there is no room for more, nobody can wait for more.
    const isAll = count === this.pending.length && (this.hasEnded || this.isFull || this.idleAt <= this.time.now())
    const refusal = this.firstResults.sameRefusal(verdicts, isAll)
    if (refusal !== undefined) {
      if (refusal !== '') {
        this.end(new Stopped(`Each of the first ${FIRST_RESULTS} results is the same refusal: ${refusal}`))
      }
      return []
    }
    this.pending.splice(0, count).forEach(({ size }) => (this.pendingBytes -= size))
    return verdicts
  }

  /** Sends what can be sent now. Gives the time at which there may be more. */
  private send(): number {
    const now = this.time.now()
    const due = this.delayed.filter(({ dueAt }) => dueAt <= now)
    this.delayed = this.delayed.filter(({ dueAt }) => dueAt > now)
    due.forEach(({ tasks }) => tasks.forEach((task) => this.queue.retry(task)))

    while (!this.ending && this.pace.hasRoom && this.pace.nextAt <= now) {
      const idleAt = this.queue.waitsSince + LINGER
      const batch = this.queue.take(this.isEnough || idleAt <= now)
      if (!batch) {
        return Math.min(idleAt, ...this.delayed.map(({ dueAt }) => dueAt))
      }
      void this.sendBatch(batch)
    }
    return this.ending || !this.pace.hasRoom ? Infinity : this.pace.nextAt
  }

  private async sendBatch({ tasks, mapping }: Batch): Promise<void> {
    const begunAt = this.pace.begin(tasks.length)
    const results = await this.sender.send(
      tasks.map(({ event }) => event),
      mapping
    )
    this.options.onAnswer?.(this.time.now() - begunAt)
    this.settle(tasks, results, begunAt)
    this.ring()
  }

  /** Gives each task its verdict, or another try. */
  private settle(tasks: readonly Task[], results: readonly Result[], begunAt: number): void {
    const isAnswered = results.some(({ status, sent }) => sent !== undefined && !isRetryable(status))
    const refusal = refusalOfKey(results)
    const shown = refusal === undefined ? showsOf(results, isAnswered) : 'failing'
    this.pace.end(begunAt, shown)
    if (refusal !== undefined) {
      this.end(new Stopped(`The API key is refused: ${refusal}`))
      return
    }
    const again = new Set<Task>()
    tasks.forEach((task, index) => {
      const result = results[index]
      if (isRetryable(result.status) && this.mayMend(task, result, begunAt)) {
        again.add(task)
        task.maxBatch = !isAnswered && task.failures > 1 ? Math.ceil(tasks.length / SPLIT) : Infinity
      } else if (isWorthAgain(task, result) && isBehind(task, again)) {
        task.confirmed ??= result.status < 400 ? result : undefined
        again.add(task)
      } else {
        task.settle(finalOf(task, result))
        this.queue.finish(task)
      }
    })
    this.tryAgain([...again], isAnswered)
    this.watchOutage(isAnswered, shown, results)
  }

  /** True when another try may mend a failure: always, unless it failed too often while Ortto answered others. */
  private mayMend(task: Task, { status }: Result, begunAt: number): boolean {
    if (status === 429) {
      return true
    }
    task.failures += 1
    task.failedSince ??= begunAt
    return task.failures < MAX_FAILURES || this.aliveAt <= task.failedSince
  }

  private tryAgain(tasks: Task[], isAnswered: boolean): void {
    if (tasks.length > 0) {
      const failures = Math.max(...tasks.map((task) => task.failures))
      const wait = isAnswered && failures > 0 ? backoff(failures, this.time.random) : 0
      tasks.forEach((task) => this.queue.delay(task))
      this.delayed.push({ tasks, dueAt: Math.max(this.time.now() + wait, this.pace.pausedUntil) })
      this.retried += tasks.length
    }
  }

  /** Stops when Ortto has taken nothing for so long that waiting is no help. */
  private watchOutage(isAnswered: boolean, shown: Shown | undefined, results: readonly Result[]): void {
    if (isAnswered || shown === undefined) {
      this.failingSince = isAnswered ? undefined : this.failingSince
      return
    }
    this.failingSince ??= this.time.now()
    const [{ message }] = results.filter(({ status }) => isRetryable(status))
    const wait = this.pace.pausedUntil - this.time.now()
    if (wait > MAX_OUTAGE) {
      this.end(new Stopped(`Ortto asks to wait ${Math.ceil(wait / 60_000)} minutes: ${message}`, true))
    } else if (this.time.now() - this.failingSince >= MAX_OUTAGE) {
      const what = shown === 'over its limit' ? 'has been over its limit' : 'has taken nothing'
      this.end(new Stopped(`Ortto ${what} for five minutes: ${message}`, true))
    }
  }

  /** Heeds what an answer of Ortto says to all who send. */
  private heed({ retryAfter, makesSense }: Heard): void {
    if (retryAfter !== undefined) {
      this.pace.pauseFor(retryAfter)
    }
    if (makesSense) {
      this.aliveAt = this.time.now()
    }
  }
}

/** The verdict of what was sent again behind an earlier one: refused now, it is not what Ortto holds in the end. */
function finalOf({ confirmed, mapping }: Task, result: Result): Result {
  return confirmed === undefined || kindOf({ ...result, mapping }) === 'rejected' ? result : confirmed
}
