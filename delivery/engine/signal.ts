import type { Time } from './time'

/** Lets one function wait until another one says that something has changed. */
export class Signal {
  private wake: () => void = () => undefined

  constructor(private readonly time: Pick<Time, 'at'>) {}

  notify(): void {
    this.wake()
  }

  /** Resolves at the next `notify`, or at this time. @param until milliseconds of the same clock */
  async wait(until = Infinity): Promise<void> {
    const change = new Promise<void>((resolve) => (this.wake = resolve))
    const cancel = until < Infinity ? this.time.at(until, this.wake) : undefined
    await change
    cancel?.()
  }
}
