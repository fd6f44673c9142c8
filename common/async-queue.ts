/** A queue of items, read as lists with `for await`. An endless delivery reads its events from one. */
export class AsyncQueue<Item> implements AsyncIterable<Item[]> {
  private items: Item[] = []
  private isClosed = false
  private wake: () => void = () => undefined

  push(items: readonly Item[]): void {
    this.items.push(...items)
    this.wake()
  }

  /** Ends the iteration. Items that were not read yet are dropped. */
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
