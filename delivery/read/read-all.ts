import type { InputFile } from './find-files'
import { momentOf } from './moment'
import { readEvents } from './read-events'
import type { ReadItem } from './read-events'
import type { Position, Problem } from '../report'

/** Which part of the files is read. */
interface Part {
  /** Only events from this time, and before that one, in milliseconds since 1970 */
  from?: number
  until?: number
  /** Called with the number of bytes that were read. */
  onBytes?: (count: number) => void
  /** Called when a file has been read to its end, with a digest of its content. */
  onEnd?: (file: InputFile, digest: string) => void
  /** Called with the number of events that were left out because of their time. */
  onOutside?: (count: number) => void
}

/** A file, and the position after which it is read. */
export interface FileToRead extends InputFile {
  after?: Position
}

/** Reads the events of several files, one after the other. */
export async function* readAll(files: readonly FileToRead[], part: Part = {}): AsyncGenerator<ReadItem[]> {
  const { onBytes, onEnd } = part
  for (const file of files) {
    const options = { after: file.after, onBytes, onEnd: onEnd && ((digest: string) => onEnd(file, digest)) }
    for await (const items of readEvents(file, options)) {
      yield selectTime(items, part)
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
