import type { MappingResult } from '../report'
import type { DeliveryOptions } from './delivery-options'

/** Tries that were repeated for the same reason. */
interface RetryRow {
  status: number
  code: string
  message: string
  count: number
}

/** Why nothing is sent for now, and for how long. */
export interface Waiting {
  status: number
  code: string
  milliseconds: number
}

/** Reasons that are counted apart: messages may quote what is in an event. */
const MAX_ROWS = 100

/** Counts the tries that are repeated, by status and reason. */
export class Retries {
  private readonly counts = new Map<string, RetryRow>()
  /** @param onRetry called for each try that is repeated, with its code */
  constructor(private readonly onRetry?: DeliveryOptions['onRetry']) {}

  /** The last failure that is retried */
  latest?: Pick<RetryRow, 'status' | 'code'>

  /** Number of tries that were repeated */
  get total(): number {
    return this.rows.reduce((sum, { count }) => sum + count, 0)
  }

  /** The most frequent first */
  get rows(): RetryRow[] {
    return [...this.counts.values()].sort((one, other) => other.count - one.count)
  }

  /** Counts a try. One that succeeded is repeated after an earlier event of the same user. */
  add({ status, code, message, isRetryable }: MappingResult): void {
    this.onRetry?.(isRetryable ? code : 'kept_order')
    if (!isRetryable) {
      this.count({ status, code: 'kept_order', message: 'Sent again after an earlier event of the same user.' })
      return
    }
    this.latest = { status, code }
    this.count({ status, code, message })
  }

  private count(reason: Omit<RetryRow, 'count'>): void {
    const { status, code, message } = reason
    const key = JSON.stringify([status, code, message])
    const isOther = !this.counts.has(key) && this.counts.size >= MAX_ROWS
    const used = isOther ? JSON.stringify([status, code]) : key
    const row = this.counts.get(used) ?? { ...reason, message: isOther ? 'Other reasons' : message, count: 0 }
    row.count += 1
    this.counts.set(used, row)
  }
}
