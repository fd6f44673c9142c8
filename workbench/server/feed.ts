import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Traces } from './traces'

/** What has changed, for whoever shows it */
type Notice = 'ortto' | 'mappings' | 'cleared' | 'refused'

/** Events in one message to the page */
const MAX_TOGETHER = 500
/** Milliseconds between messages, so that a flood of events comes in few of them. */
const PAUSE = 100
/** Milliseconds after which a message is sent though there is nothing new, so that a broken connection is noticed. */
const HEARTBEAT = 10_000

/** Tells every page that is open what happens, with server-sent events. */
export class Feed {
  private readonly readers = new Set<(notice: Notice) => void>()
  private readonly startedAt = new Date().toISOString()

  constructor(private readonly live: Traces) {}

  tell(notice: Notice): void {
    this.readers.forEach((read) => read(notice))
  }

  /** Goes on until the page is closed. A page that is slow gets fewer messages, not a queue of them. */
  stream(context: Context): Response {
    return streamSSE(context, async (stream) => {
      const notices = new Set<Notice>()
      let ring: () => void = () => undefined
      const read = (notice: Notice) => {
        notices.add(notice)
        ring()
      }
      this.readers.add(read)
      const stop = this.live.onMore(() => ring())
      stream.onAbort(() => ring())
      try {
        await stream.writeSSE({ event: 'hello', data: JSON.stringify({ startedAt: this.startedAt }) })
        let place = 0
        while (!stream.aborted && !stream.closed) {
          const told = [...notices]
          notices.clear()
          for (const notice of told) {
            await stream.writeSSE({ event: notice, data: '' })
          }
          const more = this.live.after(place, MAX_TOGETHER)
          place = more.place
          if (more.summaries.length > 0) {
            await stream.writeSSE({ event: 'traces', data: JSON.stringify(more.summaries) })
          }
          await stream.sleep(PAUSE)
          if (this.live.last === place && notices.size === 0 && !stream.aborted) {
            const rung = new Promise<void>((resolve) => (ring = resolve))
            const timer = setTimeout(ring, HEARTBEAT)
            await rung
            clearTimeout(timer)
            await stream.writeSSE({ event: 'alive', data: '' })
          }
        }
      } finally {
        this.readers.delete(read)
        stop()
      }
    })
  }
}
