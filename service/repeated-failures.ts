import type { EventReport, MappingResult } from '../delivery'
import { hasDecision } from '../delivery/engine/health'

/** An event that fails so often while Ortto accepts others is rejected, so that its client can continue. */
const MAX_FAILURES = 8
/** Events whose failures are remembered: those that failed last */
const MAX_EVENTS = 10_000

/** Recognizes events that fail each time they are sent, although Ortto accepts others. */
export class RepeatedFailures {
  private readonly counts = new Map<string, { failures: number; since: number }>()
  /** Failures that are due to the event: others in the same request were accepted, or it was alone */
  private readonly ownFailures = new WeakSet<MappingResult>()
  private acceptedAt = -Infinity

  /** @param now milliseconds from any start */
  constructor(private readonly now: () => number) {}

  /** Notes the results of a request to Ortto. Called before `isFinal` for each of them. */
  note(results: readonly MappingResult[]): void {
    const isDecided = hasDecision(results)
    if (isDecided) {
      this.acceptedAt = this.now()
    }
    if (isDecided || results.length === 1) {
      results
        .filter(({ isRetryable, status }) => isRetryable && status !== 429)
        .forEach((result) => this.ownFailures.add(result))
    }
  }

  /** True for a failure that is the event's last: it failed too often. */
  isFinal({ messageId, raw }: EventReport, result: MappingResult): boolean {
    if (!this.ownFailures.has(result)) {
      return false
    }
    const key = JSON.stringify([result.mapping.name, messageId ?? raw])
    const { failures, since } = this.counts.get(key) ?? { failures: 0, since: this.now() }
    this.counts.delete(key)
    if (failures + 1 >= MAX_FAILURES && this.acceptedAt >= since) {
      return true
    }
    this.counts.set(key, { failures: failures + 1, since })
    if (this.counts.size > MAX_EVENTS) {
      const [oldest] = this.counts.keys()
      this.counts.delete(oldest)
    }
    return false
  }
}
