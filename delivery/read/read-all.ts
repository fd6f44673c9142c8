import type { InputFile } from './find-files'
import { readEvents } from './read-events'
import type { ReadItem } from './read-events'
import type { Position } from '../report'

/** Which part of the files is read. */
interface Part {
  /** Called with the number of bytes that were read. */
  onBytes?: (count: number) => void
  /** Called when a file has been read to its end, with a digest of its content. */
  onEnd?: (file: InputFile, digest: string) => void
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
    yield* readEvents(file, options)
  }
}
