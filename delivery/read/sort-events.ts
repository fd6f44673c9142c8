import { createHash } from 'crypto'
import type { SortWindow } from '../report'
import { InputError } from './find-files'
import type { ValueEnd } from './content-digest'
import { momentOf } from './moment'
import type { ReadItem } from './read-events'

/** Bytes of text that are sorted at a time: about 35,000 events, which take about 300 MB of memory. */
const MAX_BYTES = 32 * 1024 * 1024
/** Items in a list that is given */
const LIST = 500

/** How much of the first window was delivered before. */
export interface WindowProgress {
  /** Items that have their results */
  done: number
  /** Items in it */
  count: number
  /** Of their places and texts */
  digest: string
}

/**
 * Sorts items by the timestamps of their events, as many at a time as fit into memory. What has no timestamp stays
 * behind the item before it. The events of one value stay together.
 *
 * @param lists in the order of the files
 * @param after what was delivered of the first window: it is left out
 * @throws InputError when that window is not the same any more
 */
export async function* sortItems(
  lists: AsyncIterable<ReadItem[]>,
  after?: WindowProgress,
  maxBytes = MAX_BYTES
): AsyncGenerator<ReadItem[]> {
  let before = after
  let window = new WindowOfItems()
  for await (const list of lists) {
    for (const item of list) {
      const isFull = before ? window.count >= before.count : window.bytes >= maxBytes
      if (isFull && !window.isOfLastValue(item)) {
        yield* window.release(before)
        before = undefined
        window = new WindowOfItems()
      }
      window.add(item)
    }
  }
  yield* window.release(before)
}

/** Items that are sorted together. */
class WindowOfItems {
  bytes = 0
  private readonly items: ReadItem[] = []
  private readonly hash = createHash('sha256')
  private readonly ends = new Map<string, ValueEnd | undefined>()

  get count(): number {
    return this.items.length
  }

  /** True for a further event of the value that came last. */
  isOfLastValue({ source }: ReadItem): boolean {
    return this.items[this.count - 1]?.source === source
  }

  add({ end, ...item }: ReadItem): void {
    this.items.push(item)
    this.bytes += item.size
    if (item.source.kind === 'file') {
      const { file, place } = item.source
      this.ends.set(file, end)
      this.hash.update(JSON.stringify([place, item.raw]))
    }
  }

  /** The items that were not delivered before, in the order of their timestamps. */
  *release(before?: WindowProgress): Generator<ReadItem[]> {
    const digest = this.hash.digest('hex')
    if (before && (before.count !== this.count || before.digest !== digest)) {
      throw new InputError(
        'The files have changed since a part of them was delivered in the order of their timestamps. ' +
          'Get the old files again, or use --again to deliver all.'
      )
    }
    const window: SortWindow = { count: this.count, digest, ends: this.ends }
    const items = this.sort().slice(before?.done)
    for (let start = 0; start < items.length; start += LIST) {
      yield items.slice(start, start + LIST).map((item) => ({ ...item, window }))
    }
  }

  private sort(): ReadItem[] {
    let time = -Infinity
    const values: { time: number; items: ReadItem[] }[] = []
    for (const [index, item] of this.items.entries()) {
      if (index > 0 && item.source === this.items[index - 1].source) {
        values[values.length - 1].items.push(item)
      } else {
        time = momentOf(item.event?.timestamp) ?? time
        values.push({ time, items: [item] })
      }
    }
    return values.sort((one, other) => one.time - other.time).flatMap(({ items }) => items)
  }
}
