import type { Settings } from '../../src/generated-types'
import type { Mapping } from '../mapping/mappings'
import type { ReasonCode } from '../reasons'
import type { EventReport, MappingResult, Source } from '../report'
import type { WrapRequest } from '../target/with-requests'
import type { Time } from './time'

/** What is delivered where, and how. */
export interface DeliveryOptions {
  /** `ortto`, `nowhere` for a dry run, or an origin such as `http://127.0.0.1:8030` */
  to: string
  settings: Settings
  mappings: readonly Mapping[]
  /** Further names by which an event's `integrations` may disable and enable the destination. @default [] */
  integrations?: readonly string[]
  /** Sends only the events that allow each of these consent categories. @default [] */
  consent?: readonly string[]
  /** Events a second, at most. @default no limit */
  rate?: number
  /** The events come from a stream without end: reports wait only a moment for more events. @default false */
  isEndless?: boolean
  /** Sends each event once: a failure is its result, and neither pauses nor stops the delivery. @default false */
  isSingleAttempt?: boolean
  /** Continues although each of the first 1,000 results is the same rejection. @default false */
  keepGoing?: boolean
  /** Wraps the function that makes the requests, to observe them. */
  through?: WrapRequest
  /** True for the source of an event that is not to be sent any more. Called just before it would be sent. */
  isExpired?: (source: Source) => boolean
  /** Called for each try that is repeated, with the reason code of its result. */
  onRetry?: (code: ReasonCode | 'kept_order') => void
  /** Called when nothing is sent for some time because of Ortto's responses, with the reason code of the last one. */
  onPause?: (code: ReasonCode) => void
  /** Called after each batch, with the time until its results, and the results. */
  onBatchSent?: (durationMs: number, results: readonly MappingResult[]) => void
  /** Called with each report as soon as it is complete. Earlier events may not have their reports yet. */
  onReport?: (report: EventReport) => void
  /** Stops the delivery: what is in flight is waited for, and nothing more is sent. */
  signal?: AbortSignal
  /** Only for tests. @default real time */
  time?: Time
}
