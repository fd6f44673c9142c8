/** The part of a text that has come in and is still needed. */
export class HeldText {
  /** From the first byte that is needed, to the last one that has come in. Valid until more bytes are added. */
  bytes: Buffer = Buffer.alloc(0)
  /** Bytes of the text before these */
  offset = 0
  /** Used again and again: an allocation for each chunk would keep the garbage collector busy. */
  private store: Buffer = Buffer.alloc(0)
  /** Where the bytes start in the store. Undefined when they are the last chunk itself. */
  private start?: number

  add(chunk: Buffer): void {
    const { length } = this.bytes
    if (length === 0) {
      this.bytes = chunk
      this.start = undefined
      return
    }
    const size = length + chunk.length
    if (this.start === undefined || this.start + size > this.store.length) {
      // Long values come in many chunks, so there is room for as much again.
      const store = size > this.store.length ? Buffer.allocUnsafeSlow(2 * size) : this.store
      this.bytes.copy(store)
      this.store = store
      this.start = 0
    }
    chunk.copy(this.store, this.start + length)
    this.bytes = this.store.subarray(this.start, this.start + size)
  }

  /** Drops bytes from the front. */
  drop(count: number): void {
    this.bytes = this.bytes.subarray(count)
    this.offset += count
    this.start = this.start === undefined ? undefined : this.start + count
  }
}
