/** Lists of items that come one after the other, as long as somebody pushes them: what an endless delivery reads. */
export class AsyncQueue<Item> implements AsyncIterable<Item[]> {
  private items: Item[] = []
  private isClosed = false
  private wake: () => void = () => undefined

  push(items: readonly Item[]): void {
    this.items.push(...items)
    this.wake()
  }

  /** Ends it. Items that were not read yet are not read any more. */
  close(): void {
    this.isClosed = true
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item[]> {
    while (!this.isClosed) {
      if (this.items.length === 0) {
        await new Promise<void>((resolve) => (this.wake = resolve))
      } else {
        const items = this.items
        this.items = []
        yield items
      }
    }
  }
}
