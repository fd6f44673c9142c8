import type { Position } from '../report'
import type { ContentDigest } from './content-digest'
import { InputError } from './find-files'
import type { Piece } from './piece'

/** Passes over what was delivered of a file before, and makes sure that it is the same. */
export class Resume {
  private isVerified = false

  /** @param name of the file, for messages */
  constructor(private readonly name: string, private readonly after: Position) {}

  /**
   * Compares the digest, as soon as so many bytes have been read.
   * @throws InputError when the file has changed
   */
  verify(digest: ContentDigest): void {
    if (!this.isVerified) {
      const found = digest.digestUpTo(this.after.end)
      if (found !== undefined && found !== this.after.digest) {
        throw this.changedError()
      }
      this.isVerified = found !== undefined
    }
  }

  /**
   * True for a value that was delivered before.
   * @throws InputError when the last of them goes on further than it did
   */
  isDelivered({ place, size }: Pick<Piece, 'place' | 'size'>): boolean {
    if (place === this.after.place && place - 1 + size !== this.after.end) {
      throw this.changedError()
    }
    return place <= this.after.place
  }

  /** @throws InputError when the file is shorter than it was */
  end(): void {
    if (!this.isVerified) {
      throw this.changedError()
    }
  }

  private changedError(): InputError {
    return new InputError(
      `${this.name} has changed since its first ${this.after.end} bytes were delivered, up to line ${this.after.line}. ` +
        'Get the old file again, or use --again to deliver all of this one.'
    )
  }
}
