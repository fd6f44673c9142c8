import type { Line } from '../delivery'

/** Lines that come one after the other, for as long as somebody puts them in: what an endless delivery reads. */
export class Lines implements AsyncIterable<Line[]> {
  private lines: Line[] = []
  private isClosed = false
  private wake: () => void = () => undefined

  push(lines: readonly Line[]): void {
    this.lines.push(...lines)
    this.wake()
  }

  close(): void {
    this.isClosed = true
    this.wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Line[]> {
    while (!this.isClosed) {
      if (this.lines.length === 0) {
        await new Promise<void>((resolve) => (this.wake = resolve))
      } else {
        const lines = this.lines
        this.lines = []
        yield lines
      }
    }
  }
}
