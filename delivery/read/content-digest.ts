import { createHash } from 'crypto'
import type { Hash } from 'crypto'
import type { Position } from '../report'
import { InputError } from './find-files'
import { decode, readFile } from './read-bytes'

/** Bytes of parts that are kept, since a value that ends in them may be found later. No value is longer than 10 MiB. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024

/** Digests of what was read of a file, decoded: of all of it, and up to the end of any value. */
export class ContentDigest {
  private readonly hash = createHash('sha256')
  private readonly parts: ContentPart[] = []
  private length = 0

  /** Adds the next bytes. */
  add(bytes: Buffer): void {
    this.parts.push(new ContentPart(this.hash.copy(), bytes, this.length))
    this.hash.update(bytes)
    this.length += bytes.length
    while (this.parts.length > 1 && this.length - this.parts[0].start > MAX_KEPT_BYTES) {
      this.parts.shift()
    }
  }

  /** Of all that was added: 64 hex digits */
  get value(): string {
    return this.hash.copy().digest('hex')
  }

  /**
   * The part in which a value ends. Values are asked for in the order of their ends.
   * @param end bytes up to the end of the value
   */
  findPart(end: number): ContentPart | undefined {
    while (this.parts.length > 1 && this.parts[1].start < end) {
      this.parts.shift()
    }
    const [part] = this.parts
    return part !== undefined && part.start < end && end <= this.length ? part : undefined
  }

  /** The digest of the first bytes: 64 hex digits. Undefined while they have not all been added, or are not kept. */
  digestUpTo(end: number): string | undefined {
    const part = this.parts.find(({ start, bytes }) => start <= end && end <= start + bytes.length)
    return part?.digestUpTo(end)
  }
}

/** Bytes of a file, with which the digest of everything up to a place in them can be computed later. */
class ContentPart {
  /** @param start bytes before it */
  constructor(private readonly before: Hash, readonly bytes: Buffer, readonly start: number) {}

  digestUpTo(end: number): string {
    return this.before
      .copy()
      .update(this.bytes.subarray(0, end - this.start))
      .digest('hex')
  }
}

/** The end of a value that was read. */
export class ValueEnd {
  constructor(
    private readonly part: ContentPart,
    private readonly line: number,
    private readonly place: number,
    private readonly end: number
  ) {}

  toPosition(): Position {
    return { line: this.line, place: this.place, end: this.end, digest: this.part.digestUpTo(this.end) }
  }
}

/** The digest of a file's content, decoded: 64 hex digits. Of a damaged file: of what can be read. */
export async function digestOfContent(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of decode(readFile(path))) {
      hash.update(chunk)
    }
  } catch (error) {
    if (error instanceof InputError) {
      throw error
    }
  }
  return hash.digest('hex')
}
