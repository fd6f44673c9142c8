import type { JsMsg } from '@nats-io/jetstream'
import { readItems } from '../delivery'
import type { MessageSource, ReadItem } from '../delivery'

/** An event from a message, or the reason why the message is not an event. */
export type MessageItem = ReadItem & { source: MessageSource }

/** The events of a message: mostly one. All have the same source object. */
export function readMessage({ data, info }: JsMsg, subject: string, partition: number): MessageItem[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const source: MessageSource = { kind: 'message', subject, partition, sequence: info.streamSequence }
  return readItems(source, { size: bytes.length, bytes }, 'message').map((item) => ({ ...item, source }))
}
