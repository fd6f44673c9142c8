import { rejectedLines } from '../delivery'
import type { Line } from '../delivery'
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
  lines: AsyncIterable<readonly Line[]>,
  publisher: Publisher,
  published: Published,
  tell: (problem: string) => void
): Promise<void> {
  const publish = async (line: Line): Promise<void> => {
    published[await publishLine(line, publisher, tell)] += 1
    published.lines += 1
  }
  const underWay: Promise<unknown>[] = []
  for await (const some of lines) {
    const all = Promise.all(some.map(publish))
    // Its error is met when it is waited for.
    all.catch(() => undefined)
    underWay.push(all)
    if (underWay.length >= AT_ONCE) {
      await underWay.shift()
    }
  }
  await Promise.all(underWay)
}

async function publishLine(
  line: Line,
  publisher: Publisher,
  tell: (problem: string) => void
): Promise<Exclude<keyof Published, 'lines'>> {
  const place = `${line.file}:${line.line}`
  try {
    if ('event' in line) {
      // The same line of standard input may be another event the next time.
      const isPlace = line.file !== '-'
      return (await publisher.publish(line.event, line, isPlace ? place : undefined)) ? 'stored' : 'known'
    }
    const { file, line: number, text, problem: message } = line
    const refused = { file, line: number, text, isEvent: false, status: 400, errorType: 'BAD_REQUEST', message }
    await publisher.reject(rejectedLines([refused])[0], place)
    return 'rejected'
  } catch (error) {
    if (!(error instanceof TooLargeError)) {
      throw error
    }
    tell(`${place}: ${error.message}`)
    return 'tooLarge'
  }
}
