import type { JsMsg } from '@nats-io/jetstream'
import { readItems } from '../delivery'
import type { EventReport, MessageSource, Problem, ReadItem } from '../delivery'

/** An event from a message, or the reason why the message is not an event. */
export type MessageItem = ReadItem & { source: MessageSource }

/** The events of a message: mostly one. All have the same source object. */
export function readMessage({ data, info }: JsMsg, subject: string, partition: number): MessageItem[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const source: MessageSource = { kind: 'message', subject, partition, sequence: info.streamSequence }
  return readItems(source, { size: bytes.length, bytes }, 'message').map((item) => ({ ...item, source }))
}

/** The reports of a message's events when they are not delivered because of a problem of the message. */
export function toRejectedReports(items: readonly MessageItem[], problem: Problem): EventReport[] {
  return items.map((item) => ({ ...item, problem, results: [] }))
}
