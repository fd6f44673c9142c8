import { randomUUID } from 'crypto'
import { enabledOf, KeyQueue, routeEvent, Sender, Task } from '../../delivery'
import type { Mapping, MappingsFile, ReadItem } from '../../delivery'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'
import { Exchanges } from './exchanges'
import type { Trace } from './trace'

/** Where a pipeline sends events */
interface PipelineOptions {
  /** The URL of an Ortto server, such as `http://127.0.0.1:8030` */
  origin: string
  settings: () => Settings
  now: () => number
}

/**
 * Sends events through mappings to Ortto, without retries, so that a failure is shown at once. Events are sent in
 * batches, and the events of one user stay in order, as in a delivery.
 */
export class Pipeline {
  readonly exchanges = new Exchanges()
  /** Different for each start, so that the ID of an earlier trace never refers to another trace. */
  private readonly start = randomUUID().slice(0, 8)
  private count = 0
  /** Resolves when all runs so far are done. Runs are sequential, to keep the order. */
  private turn: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: PipelineOptions) {}

  /** The traces of the events, in order. */
  run(items: readonly ReadItem[], mappings: MappingsFile): Promise<Trace[]> {
    const traces = this.turn.then(() => this.send(items, mappings))
    this.turn = traces.catch(() => undefined)
    return traces
  }

  private async send(items: readonly ReadItem[], mappings: MappingsFile): Promise<Trace[]> {
    const enabled = mappings.flatMap((entry, index) => enabledOf([entry]).map((mapping) => ({ ...mapping, index })))
    const queue = new KeyQueue(this.options.now)
    const traces = items.map((item) => this.begin(item, mappings, enabled, queue))
    const sender = new Sender({
      to: this.options.origin,
      settings: this.options.settings(),
      through: (request) => this.exchanges.record(request)
    })
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

  /** Queues an event for each mapping that matches it. Their results are added to its trace. */
  private begin(
    item: ReadItem,
    mappings: MappingsFile,
    enabled: readonly (Mapping & { index: number })[],
    queue: KeyQueue
  ): Trace {
    this.count += 1
    const trace: Trace = {
      id: `${this.start}-${this.count}`,
      time: new Date(this.options.now()).toISOString(),
      item,
      mappings,
      sent: new Map()
    }
    if (!('event' in item)) {
      return trace
    }
    const route = routeEvent(item.event, enabled, [ortto.name])
    if ('skipped' in route) {
      return { ...trace, skipped: route.skipped }
    }
    for (const mapping of route.mappings) {
      const task = new Task(item.event, mapping, item.size, (result) => {
        trace.sent.set(mapping.index, { result, ...(result.item && this.exchanges.find(result.item)) })
      })
      queue.add(task)
    }
    return trace
  }
}
