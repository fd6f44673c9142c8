import { listen } from '../../cli/listen'
import { Metrics } from '../../cli/metrics'
import { OrttoSink, Service } from '../../service'
import { mappingOf, SETTINGS } from './fault-ways'
import type { Counts, Report, TestCase } from './fault-ways'

const WRITE_KEY = 'write-key-of-the-test'

/** The result of an event in a response */
type EventAnswer = Report & { outcome: string }

/** One request to `ortto serve`, which is sent again until the response is 200 or 207. */
export async function byServe(testCase: TestCase): Promise<void> {
  const { events, origin, time, onReport, endFault } = testCase
  const metrics = new Metrics({})
  const sink = new OrttoSink({
    delivery: { to: origin, settings: SETTINGS, mappings: [mappingOf(testCase)], time, through: metrics.observe }
  })
  const errors: unknown[] = []
  const service = new Service({
    sink,
    writeKey: WRITE_KEY,
    onSettled: (reports) => metrics.recordSettled(reports),
    onError: (error) => errors.push(error)
  })
  const { port, close } = await listen(
    { host: '127.0.0.1', port: 0 },
    { metrics, notReady: () => service.notReady, handle: (request, response) => void service.handle(request, response) }
  )
  const post = () =>
    fetch(`http://127.0.0.1:${port}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}` },
      body: JSON.stringify(events)
    })
  try {
    for (let isFinal = false; !isFinal; ) {
      const response = await post()
      const { results = [] } = (await response.json()) as { results?: EventAnswer[] }
      isFinal = response.status < 300
      const reports = new Map(events.map(({ messageId = '' }, index) => [messageId, results[index]]))
      onReport(reports, countsOf(results), isFinal ? await countConfirmed(metrics) : undefined)
      endFault()
      if (!isFinal) {
        const waitMs = Number(response.headers.get('retry-after')) * 1000
        await new Promise<void>((resolve) => time.at(time.now() + waitMs, resolve))
      }
    }
  } finally {
    await service.drain()
    await sink.close()
    close()
  }
  if (errors.length > 0) {
    throw errors[0]
  }
}

function countsOf(results: readonly EventAnswer[]): Counts {
  const counts: Counts = new Map()
  for (const { status, outcome } of results) {
    const result = outcome === 'delivered' || outcome === 'unchanged' ? outcome : String(status)
    counts.set(result, (counts.get(result) ?? 0) + 1)
  }
  return counts
}

/** The number of events that Ortto has, by the metrics. */
async function countConfirmed(metrics: Metrics): Promise<number> {
  const { text } = await metrics.format()
  const lines = text.matchAll(/^ortto_results_total\{outcome="(?:delivered|unchanged)",code="\w+"\} (\d+)$/gm)
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
}
