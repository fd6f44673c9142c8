import type { InputFile } from './find-files'
import { momentOf } from './moment'
import { readEvents } from './read-events'
import type { ReadItem } from './read-events'
import type { Problem } from '../report'

/** Which part of the files is read. */
interface Part {
  /** Resumes after this place in this file, given by its index among the files. */
  after?: { file: number; place: number }
  /** Only events from this time, and before that one, in milliseconds since 1970 */
  from?: number
  until?: number
  /** Called with the number of bytes that were read. */
  onBytes?: (count: number) => void
  /** Called with the number of events that were left out because of their time. */
  onOutside?: (count: number) => void
}

/** Reads the events of several files, one after the other. */
export async function* readAll(files: readonly InputFile[], part: Part = {}): AsyncGenerator<ReadItem[]> {
  const { after = { file: 0, place: 0 }, onBytes } = part
  for (const [index, file] of files.entries()) {
    if (index >= after.file) {
      for await (const items of readEvents(file, { after: index === after.file ? after.place : 0, onBytes })) {
        yield selectTime(items, part)
      }
    }
  }
}

const NO_TIMESTAMP: Problem = {
  code: 'no_timestamp',
  message: 'This event has no timestamp that can be read, so --from and --until cannot be applied to it.'
}

/** The items whose events are in the wanted time. An event without a timestamp becomes a problem. */
function selectTime(items: ReadItem[], { from, until, onOutside }: Part): ReadItem[] {
  if (from === undefined && until === undefined) {
    return items
  }
  const selected = items.flatMap((item): ReadItem[] => {
    if ('problem' in item) {
      return [item]
    }
    const { source, size, event, raw } = item
    const time = momentOf(event.timestamp)
    if (time === undefined) {
      return [{ source, size, event, raw, problem: NO_TIMESTAMP }]
    }
    return time >= (from ?? -Infinity) && time < (until ?? Infinity) ? [item] : []
  })
  onOutside?.(items.length - selected.length)
  return selected
}
