import { validate } from '@segment/destination-subscriptions'
import { randomUUID } from 'crypto'
import { enabledOf, isMeantFor, Queue, Sender, Task } from '../../delivery'
import type { Line, MappingsFile } from '../../delivery'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'
import { Exchanges } from './exchanges'
import type { Trace } from './trace'

/** Where a pipeline sends. */
interface PipelineOptions {
  /** Of an Ortto, such as `http://127.0.0.1:8030` */
  origin: string
  settings: () => Settings
  now: () => number
}

/**
 * Sends events through mappings to Ortto, each once: whoever looks wants to see a failure, not to wait until it is
 * mended. Events go in batches, those of one user in their order, as in a delivery.
 */
export class Pipeline {
  readonly exchanges = new Exchanges()
  /** Numbers of another start are others: an address of then leads to nothing now. */
  private readonly start = randomUUID().slice(0, 8)
  private count = 0
  /** Ends when all that was asked for until now is done: one thing at a time, so that the order holds. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: PipelineOptions) {}

  /** What became of each line, in order. */
  run(lines: readonly Line[], mappings: MappingsFile): Promise<Trace[]> {
    const traces = this.turn.then(() => this.send(lines, mappings))
    this.turn = traces.catch(() => undefined)
    return traces
  }

  private async send(lines: readonly Line[], mappings: MappingsFile): Promise<Trace[]> {
    const traces = lines.map((line) => this.begin(line, mappings))
    const queue = new Queue(this.options.now)
    const sender = new Sender({
      to: this.options.origin,
      settings: this.options.settings(),
      through: (request) => this.exchanges.through(request)
    })
    this.addTasks(traces, mappings, queue)
    for (let batch = queue.take(true); batch; batch = queue.take(true)) {
      const { tasks, mapping } = batch
      const results = await sender.send(
        tasks.map(({ event }) => event),
        mapping
      )
      tasks.forEach((task, index) => {
        task.settle(results[index])
        queue.finish(task)
      })
    }
    return traces
  }

  private begin(line: Line, mappings: MappingsFile): Trace {
    this.count += 1
    const isKeptOut = 'event' in line && !isMeantFor(line.event, [ortto.name])
    return {
      id: `${this.start}-${this.count}`,
      time: new Date(this.options.now()).toISOString(),
      line,
      keptOut: isKeptOut ? 'Its integrations keep this event from Ortto, so it was not sent.' : undefined,
      mappings,
      outcomes: new Map()
    }
  }

  private addTasks(traces: readonly Trace[], file: MappingsFile, queue: Queue): void {
    const mappings = file.map((entry) => enabledOf([entry])[0])
    for (const { line, keptOut, outcomes } of traces) {
      if (!('event' in line) || keptOut !== undefined) {
        continue
      }
      mappings.forEach((mapping, index) => {
        if (mapping && validate(mapping.trigger, line.event)) {
          const task = new Task(line.event, mapping, line.size, (result) => {
            outcomes.set(index, { result, ...(result.sent && this.exchanges.find(result.sent.item)) })
          })
          queue.add(task)
        }
      })
    }
  }
}
