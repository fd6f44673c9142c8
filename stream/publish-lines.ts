import { formatRejected, formatSource } from '../delivery'
import type { ReadItem } from '../delivery'
import { TooLargeError } from './errors'
import type { Publisher } from './publisher'

/** The lines of files, counted by their result. */
export interface PublishCounts {
  /** Lines that were read */
  lines: number
  /** Events that were stored in the stream */
  stored: number
  /** Events that were not stored again, because the stream received the same event within the last two minutes */
  duplicates: number
  /** Lines that are not events. They are published on the rejected subject. */
  rejected: number
  /** Events that are too large for the server, and were not published */
  tooLarge: number
}

/** Lists of lines that are published at the same time */
const MAX_PENDING_LISTS = 4

/**
 * Publishes lines to the stream, and lines that are not events on the rejected subject.
 *
 * @param counts updated after each line
 * @param onTooLarge called with a message for each line that is too large
 * @throws NotPublishedError when the publisher is stopped
 */
export async function publishLines(
  items: AsyncIterable<readonly ReadItem[]>,
  publisher: Publisher,
  counts: PublishCounts,
  onTooLarge: (problem: string) => void
): Promise<void> {
  const publish = async (item: ReadItem): Promise<void> => {
    counts[await publishItem(item, publisher, onTooLarge)] += 1
    counts.lines += 1
  }
  const pending: Promise<unknown>[] = []
  for await (const list of items) {
    const all = Promise.all(list.map(publish))
    // The error is thrown where the promise is awaited.
    all.catch(() => undefined)
    pending.push(all)
    if (pending.length >= MAX_PENDING_LISTS) {
      await pending.shift()
    }
  }
  await Promise.all(pending)
}

async function publishItem(
  item: ReadItem,
  publisher: Publisher,
  onTooLarge: (problem: string) => void
): Promise<Exclude<keyof PublishCounts, 'lines'>> {
  const { source } = item
  const formattedSource = formatSource(source)
  // A line may have several events.
  const key = `${source.kind === 'file' ? `${formattedSource}:${source.place}` : formattedSource} ${item.ordinal ?? ''}`
  try {
    if (!('problem' in item)) {
      // A line number of standard input does not identify an event: the next input has other lines.
      const isIdentifying = source.kind === 'file' && source.file !== '-'
      const isNew = await publisher.publish(item.event, item, { key: isIdentifying ? key : undefined })
      return isNew ? 'stored' : 'duplicates'
    }
    await publisher.reject(formatRejected([{ ...item, results: [] }])[0], key)
    return 'rejected'
  } catch (error) {
    if (!(error instanceof TooLargeError)) {
      throw error
    }
    onTooLarge(`${formattedSource}: ${error.message}`)
    return 'tooLarge'
  }
}
