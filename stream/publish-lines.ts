import { formatRejected, formatSource } from '../delivery'
import type { ReadItem } from '../delivery'
import { TooLargeError } from './publisher'
import type { Publisher } from './publisher'

/** What became of the lines of files. */
export interface Published {
  /** Lines that were read */
  lines: number
  /** Events that are in the stream now */
  stored: number
  /** Events that the stream had already, by their message ids */
  known: number
  /** Lines that hold no event: they stand among the rejected */
  rejected: number
  /** Events that are too large for the server, so they are nowhere */
  tooLarge: number
}

/** Lists of lines that are under way at the same time */
const AT_ONCE = 4

/**
 * Puts lines into the stream; what holds no event, among the rejected. The counts are kept up to date in `published`.
 *
 * @param tell is told which line is too large, and why
 * @throws NotPublishedError when the publisher is stopped
 */
export async function publishLines(
  items: AsyncIterable<readonly ReadItem[]>,
  publisher: Publisher,
  published: Published,
  tell: (problem: string) => void
): Promise<void> {
  const publish = async (item: ReadItem): Promise<void> => {
    published[await publishItem(item, publisher, tell)] += 1
    published.lines += 1
  }
  const underWay: Promise<unknown>[] = []
  for await (const list of items) {
    const all = Promise.all(list.map(publish))
    // Its error is met when it is waited for.
    all.catch(() => undefined)
    underWay.push(all)
    if (underWay.length >= AT_ONCE) {
      await underWay.shift()
    }
  }
  await Promise.all(underWay)
}

async function publishItem(
  item: ReadItem,
  publisher: Publisher,
  tell: (problem: string) => void
): Promise<Exclude<keyof Published, 'lines'>> {
  const { source } = item
  const name = formatSource(source)
  // A line may have several events.
  const place = source.kind === 'file' ? `${name}:${source.place}` : name
  try {
    if (!('problem' in item)) {
      // The same line of standard input may be another event the next time.
      const isPlace = source.kind === 'file' && source.file !== '-'
      return (await publisher.publish(item.event, item, isPlace ? place : undefined)) ? 'stored' : 'known'
    }
    await publisher.reject(formatRejected([{ ...item, results: [] }])[0], place)
    return 'rejected'
  } catch (error) {
    if (!(error instanceof TooLargeError)) {
      throw error
    }
    tell(`${name}: ${error.message}`)
    return 'tooLarge'
  }
}
