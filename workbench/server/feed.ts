import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Traces } from './traces'

/** A change that the page must load */
type Notice = 'ortto' | 'mappings' | 'cleared' | 'rejected'

/** Events in one message to the page */
const MAX_TOGETHER = 500
/** Milliseconds between messages. Many events are sent in one message. */
const PAUSE_MS = 100
/** Milliseconds between messages when there is nothing new, so that the page notices a broken connection. */
const HEARTBEAT_MS = 10_000

/** Sends changes to every open page, with server-sent events. */
export class Feed {
  private readonly readers = new Set<(notice: Notice) => void>()
  private readonly startedAt = new Date().toISOString()

  constructor(private readonly live: Traces) {}

  notify(notice: Notice): void {
    this.readers.forEach((read) => read(notice))
  }

  /** Streams until the page is closed. A slow page gets fewer messages, not a queue of messages. */
  stream(context: Context): Response {
    return streamSSE(context, async (stream) => {
      const notices = new Set<Notice>()
      let wake: () => void = () => undefined
      const read = (notice: Notice) => {
        notices.add(notice)
        wake()
      }
      this.readers.add(read)
      const stop = this.live.onAdd(() => wake())
      stream.onAbort(() => wake())
      try {
        await stream.writeSSE({ event: 'hello', data: JSON.stringify({ startedAt: this.startedAt }) })
        let last = 0
        while (!stream.aborted && !stream.closed) {
          const pending = [...notices]
          notices.clear()
          for (const notice of pending) {
            await stream.writeSSE({ event: notice, data: '' })
          }
          const more = this.live.after(last, MAX_TOGETHER)
          last = more.last
          if (more.summaries.length > 0) {
            await stream.writeSSE({ event: 'traces', data: JSON.stringify(more.summaries) })
          }
          await stream.sleep(PAUSE_MS)
          if (this.live.last === last && notices.size === 0 && !stream.aborted) {
            const woken = new Promise<void>((resolve) => (wake = resolve))
            const timer = setTimeout(wake, HEARTBEAT_MS)
            await woken
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
