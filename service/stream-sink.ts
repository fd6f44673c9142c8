import type { SegmentEvent } from '@segment/actions-core'
import { formatRejected, formatSource } from '../delivery'
import type { EventReport } from '../delivery'
import { TooLargeError } from '../stream/errors'
import type { Message, MessageItem } from './read-messages'
import type { Pause, Sink } from './sink'

const RETRY_AFTER_MS = 1000

/** Stores events, such as a publisher of the stream module. */
interface EventStream {
  publish: (event: SegmentEvent, read: { raw: string }) => Promise<unknown>
  /** Stores the record of what is not an event. */
  reject: (record: string, source: string) => Promise<void>
  /** Why events cannot be stored for now */
  readonly waitReason?: string
}

/** Stores events in a stream, from which workers deliver them. */
export class StreamSink implements Sink {
  private readonly sending = new Set<Promise<unknown>>()

  constructor(private readonly stream: EventStream) {}

  get pause(): Pause | undefined {
    const { waitReason } = this.stream
    return waitReason === undefined
      ? undefined
      : { status: 503, code: 'stream_unavailable', message: `${waitReason}.`, retryAfterMs: RETRY_AFTER_MS }
  }

  async send(messages: readonly Message[]): Promise<EventReport[][]> {
    const stored = Promise.all(messages.map((items) => Promise.all(items.map((item) => this.store(item)))))
    this.sending.add(stored)
    return stored.finally(() => this.sending.delete(stored))
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.sending)
  }

  /** @throws NotPublishedError when the publisher is stopped */
  private async store(item: MessageItem): Promise<EventReport> {
    const report: EventReport = { ...item, results: [] }
    try {
      if ('problem' in item) {
        await this.stream.reject(formatRejected([report])[0], formatSource(item.source))
      } else {
        await this.stream.publish(item.event, item)
      }
    } catch (error) {
      if (!(error instanceof TooLargeError)) {
        throw error
      }
      return { ...report, problem: { code: 'too_long', message: error.message } }
    }
    return { ...report, messageId: 'event' in item && item.event ? textOf(item.event.messageId) : undefined }
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
