import type { InputFile } from './find-files'
import { momentOf } from './moment'
import { readEvents } from './read-events'
import type { Line } from './read-events'

/** Which part of the files is read. */
interface Part {
  /** Goes on behind this line of this file, the index of which among the files is given. */
  after?: { file: number; line: number }
  /** Only events from this time on, and before that one, in milliseconds since 1970 */
  from?: number
  until?: number
  /** Is told the bytes that were read from the files. */
  onBytes?: (count: number) => void
  /** Is told how many events were passed over because of their time. */
  onOutside?: (count: number) => void
}

/** Reads the events of several files, one after the other. */
export async function* readAll(files: readonly InputFile[], part: Part = {}): AsyncGenerator<Line[]> {
  const { after = { file: 0, line: 0 }, onBytes } = part
  for (const [index, file] of files.entries()) {
    if (index >= after.file) {
      for await (const lines of readEvents(file, { after: index === after.file ? after.line : 0, onBytes })) {
        yield inTime(lines, part)
      }
    }
  }
}

/** The lines whose events are of the wanted time. An event that has none that can be read has no place in it. */
function inTime(lines: Line[], { from, until, onOutside }: Part): Line[] {
  if (from === undefined && until === undefined) {
    return lines
  }
  const wanted = lines.flatMap((line): Line[] => {
    if (!('event' in line)) {
      return [line]
    }
    const { event, ...place } = line
    const time = momentOf(event.timestamp)
    if (time === undefined) {
      const problem = 'It has no timestamp that can be read, so nobody knows whether it is of the time that is wanted.'
      return [{ ...place, problem }]
    }
    return time >= (from ?? -Infinity) && time < (until ?? Infinity) ? [line] : []
  })
  onOutside?.(lines.length - wanted.length)
  return wanted
}
