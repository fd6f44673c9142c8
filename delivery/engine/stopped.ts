/** Why a delivery ended before all events had their results. */
export type StopCode =
  | 'interrupted'
  | 'consumer_gone'
  | 'api_key_refused'
  | 'same_rejection'
  | 'long_wait'
  | 'rate_limited'
  | 'outage'

/** Stops after which the same delivery may succeed later without anybody changing something. */
const TEMPORARY: ReadonlySet<StopCode> = new Set<StopCode>(['long_wait', 'rate_limited', 'outage'])

/** A delivery that ended before all events had their results. The message says why, and what to do. */
export class Stopped extends Error {
  constructor(readonly code: StopCode, message: string) {
    super(message)
  }

  get isTemporary(): boolean {
    return TEMPORARY.has(this.code)
  }
}
