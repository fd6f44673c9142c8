import type { JsMsg } from '@nats-io/jetstream'
import { readItem } from '../delivery'
import type { MessageSource, ReadItem } from '../delivery'

/** An event from a message, or the reason why the message is not an event. */
export type MessageItem = ReadItem & { source: MessageSource }

export function readMessage({ data, info }: JsMsg, subject: string, partition: number): MessageItem {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const source: MessageSource = { kind: 'message', subject, partition, sequence: info.streamSequence }
  return { ...readItem(source, { size: bytes.length, bytes }, 'message'), source }
}
