import type { MappingResult } from '../report'
import type { DeliveryOptions } from './delivery-options'
import type { Pace } from './pace'
import type { Time } from './time'

/** Notices when Ortto's responses cause a pause. */
export class PauseWatch {
  /** The end of the last pause that was noted */
  private notedUntil = -Infinity

  constructor(
    private readonly pace: Pick<Pace, 'pausedUntil'>,
    private readonly time: Pick<Time, 'now'>,
    private readonly onPause: DeliveryOptions['onPause']
  ) {}

  /** Call this after the results of a request. */
  note(results: readonly MappingResult[]): void {
    const { pausedUntil } = this.pace
    const code = results.find(({ isRetryable }) => isRetryable)?.code
    if (code !== undefined && pausedUntil > Math.max(this.notedUntil, this.time.now())) {
      this.notedUntil = pausedUntil
      this.onPause?.(code)
    }
  }
}
