import { randomUUID } from 'crypto'
import { Delivery, enabledOf } from '../../delivery'
import type { EventReport, Mapping, MappingsFile } from '../../delivery'
import type { Settings } from '../../src/generated-types'
import { Exchanges } from './exchanges'
import type { Trace, TracedItem } from './trace'

/** Where a pipeline sends events */
interface PipelineOptions {
  /** The URL of an Ortto server, such as `http://127.0.0.1:8030` */
  origin: string
  settings: () => Settings
  now: () => number
}

/** Delivers events through mappings to Ortto, each once, so that a failure is shown at once. */
export class Pipeline {
  /** Different for each start, so that the ID of an earlier trace never refers to another trace. */
  private readonly start = randomUUID().slice(0, 8)
  readonly exchanges = new Exchanges(this.start)
  private count = 0
  /** Resolves when all runs so far are done. Runs are sequential, to keep the order. */
  private lastRun: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: PipelineOptions) {}

  /** The traces of the events, in order. */
  run(items: readonly TracedItem[], mappings: MappingsFile): Promise<Trace[]> {
    const traces = this.lastRun.then(() => this.send(items, mappings))
    this.lastRun = traces.catch(() => undefined)
    return traces
  }

  private async send(items: readonly TracedItem[], mappings: MappingsFile): Promise<Trace[]> {
    const positions = new Map(mappings.flatMap((entry, index) => enabledOf([entry]).map((mapping) => [mapping, index])))
    const delivery = new Delivery({
      to: this.options.origin,
      settings: this.options.settings(),
      mappings: [...positions.keys()],
      isSingleAttempt: true,
      through: (request) => this.exchanges.record(request)
    })
    const traces: Trace[] = []
    for await (const reports of delivery.run(asSingleList(items))) {
      reports.forEach((report) => traces.push(this.trace(items[traces.length], report, mappings, positions)))
    }
    return traces
  }

  private trace(
    item: TracedItem,
    { skipped, results }: EventReport,
    mappings: MappingsFile,
    positions: ReadonlyMap<Mapping, number>
  ): Trace {
    this.count += 1
    return {
      id: `${this.start}-${this.count}`,
      time: new Date(this.options.now()).toISOString(),
      item,
      skipped,
      mappings,
      sent: new Map(
        results.map((result) => [
          positions.get(result.mapping) ?? -1,
          { result, ...(result.item && this.exchanges.find(result.item)) }
        ])
      )
    }
  }
}

async function* asSingleList(items: readonly TracedItem[]): AsyncGenerator<readonly TracedItem[]> {
  yield await Promise.resolve(items)
}
