import { createHash } from 'crypto'
import type { Hash } from 'crypto'
import type { Position } from '../report'
import { InputError } from './find-files'
import { decompress, readFile } from './read-bytes'

/** Digests of what was read of a file, after decompression: of all of it, and up to the end of any line. */
export class ContentDigest {
  private readonly hash = createHash('sha256')

  /** Adds the next bytes. */
  add(bytes: Buffer): ContentPart {
    const before = this.hash.copy()
    this.hash.update(bytes)
    return new ContentPart(before, bytes)
  }

  /** Of all that was added: 64 hex digits */
  get value(): string {
    return this.hash.copy().digest('hex')
  }
}

/** Bytes of a file, with which the digest at a place in them can be computed later. */
export class ContentPart {
  constructor(private readonly before: Hash, private readonly bytes: Buffer) {}

  /** The digest of everything before the place: 64 hex digits */
  digestAt(offset: number): string {
    return this.before.copy().update(this.bytes.subarray(0, offset)).digest('hex')
  }
}

/** The end of a line or element that was read. */
export class LineEnd {
  constructor(private readonly part: ContentPart, private readonly line: number, private readonly offset: number) {}

  toPosition(): Position {
    return { line: this.line, digest: this.part.digestAt(this.offset) }
  }
}

/** The digest of a file's content, after decompression: 64 hex digits. Of a damaged file: of what can be read. */
export async function digestOfContent(path: string): Promise<string> {
  const digest = new ContentDigest()
  try {
    for await (const chunk of decompress(readFile(path))) {
      digest.add(chunk)
    }
  } catch (error) {
    if (error instanceof InputError) {
      throw error
    }
  }
  return digest.value
}
