import type { SegmentEvent } from '@segment/actions-core'
import type { Mapping } from './mapping/mappings'
import type { NoticeCode } from './notices'
import type { ReasonCode } from './reasons'

/** A value in a file. */
export interface FileSource {
  kind: 'file'
  /** As it was named; `-` for standard input */
  file: string
  /** The line in which it starts, from 1. Empty lines count. */
  line: number
  /**
   * The number of its first byte in the text of the file, from 1. A line may have several values: each has its own
   * place, and a delivery resumes after the place of the last one that was done.
   */
  place: number
}

/** A message of a stream. */
export interface MessageSource {
  kind: 'message'
  subject: string
  partition: number
  sequence: number
}

/** A message in the body of an HTTP request. */
export interface RequestSource {
  kind: 'request'
  /** For example `/v1/batch` */
  path: string
  /** Which message of the body it is, from 0 */
  index: number
}

/** Where an event came from. */
export type Source = FileSource | MessageSource | RequestSource

/** A decision that has a code for programs, and a sentence for people. */
export interface Reason<Code extends string> {
  code: Code
  message: string
}

/** Why a line or a message is not an event. It counts as rejected. */
export type Problem = Reason<
  | 'not_json'
  | 'not_utf8'
  | 'too_long'
  | 'not_an_event'
  | 'damaged_file'
  | 'unsupported_format'
  | 'no_timestamp'
  | 'poison_message'
>

/** Why an event is not for Ortto, or was left out of the delivery. Nothing is wrong with it. */
export type Skip = Reason<
  'disabled_by_integrations' | 'no_consent' | 'no_matching_mapping' | 'outside_time_range' | 'not_chosen'
>

/** True for an event that was left out because it was not asked for. */
export function isLeftOut({ skipped }: Pick<EventReport, 'skipped'>): boolean {
  return skipped?.code === 'outside_time_range' || skipped?.code === 'not_chosen'
}

/**
 * What an event came to in one mapping.
 * - `delivered`: Ortto confirmed it; `partial`: Ortto stored the activity, but not its contact
 * - `unchanged`: Ortto has the contact like this already
 * - `ignored`: it came from Ortto, and was not sent back
 * - `rejected`: Ortto has not accepted it. `isRetryable` says whether sending it again later may help.
 */
export type Outcome = 'delivered' | 'partial' | 'unchanged' | 'ignored' | 'rejected'

/** The result of one event in one mapping that matched it. */
export interface MappingResult {
  mapping: Mapping
  outcome: Outcome
  code: ReasonCode
  /** HTTP's: below 400 it was delivered, or ignored on purpose. */
  status: number
  /** True when it was rejected, and sending it again later may succeed without any change. */
  isRetryable: boolean
  /** How often it failed before and was sent again. None when the first try was the last. */
  retries?: number
  /** Segment's name for the kind of an error */
  errorType?: string
  /** A sentence for people */
  message: string
  /** Sentences about what was left out, which the message has already */
  notes?: readonly string[]
  /** What went on the wire. None for an event that was ignored, or rejected before it was sent. */
  item?: object
  /** True when the item has a message id and a timestamp, by which Ortto recognizes an activity that it has. */
  isRecognizable: boolean
}

/** A value in a file that was read, and what tells whether the file is the same up to its end. */
export interface Position {
  /** The line in which it starts */
  line: number
  /** The number of its first byte, from 1, in the decompressed content */
  place: number
  /** Bytes of the decompressed content up to its end */
  end: number
  /** Of these bytes: SHA-256, 64 hex digits */
  digest: string
}

/** Items that were sorted together. All of them have the same object. */
export interface SortWindow {
  /** Items in it */
  count: number
  /** Of their places and texts: SHA-256, 64 hex digits */
  digest: string
  /** The end of the last value of each file, in the order of the files, when that is to be recorded */
  ends: ReadonlyMap<string, { toPosition(): Position } | undefined>
}

/** What became of one line or message. */
export interface EventReport {
  source: Source
  /** Which one it is, from 1, of several events of that line or message. Their reports come together. */
  ordinal?: number
  /** Bytes of its text */
  size: number
  /** Where it ends in its file, when that is to be recorded */
  end?: { toPosition(): Position }
  /** What it was sorted with, when its order is not that of the file. It has no `end` then. */
  window?: SortWindow
  /** The text: JSON that gives the same event, or what is there instead. None when there are no bytes. */
  raw?: string
  /** Set when the bytes are not UTF-8: `raw` has them in base64. */
  encoding?: 'base64'
  /** True when `raw` is only the beginning: the rest was cut off, or there was too much of it. */
  isTruncated?: boolean
  event?: SegmentEvent
  messageId?: string
  /** What was repaired in the event, and what else is to be known of it */
  notices?: readonly NoticeCode[]
  /** Set when it is not an event. */
  problem?: Problem
  /** Set when it is an event that is not for Ortto. */
  skipped?: Skip
  /** One for each mapping that matched */
  results: MappingResult[]
}

/** Why a report belongs to the rejected ones: its rejected results, or the problem of what is not an event. */
export function listRejections({ problem, results }: EventReport): (Problem | MappingResult)[] {
  return [...(problem ? [problem] : []), ...results.filter(({ outcome }) => outcome === 'rejected')]
}

/** The status and Segment's name for the error of a problem, as the destination would give them. */
export function readProblemError({ code }: Problem): { status: number; errorType: string } {
  return code === 'poison_message'
    ? { status: 500, errorType: 'INTERNAL_SERVER_ERROR' }
    : { status: 400, errorType: 'BAD_REQUEST' }
}

/** Where an event came from, in one word: `events.ndjson:12`. */
export function formatSource(source: Source): string {
  switch (source.kind) {
    case 'file':
      return `${source.file}:${source.line}`
    case 'message':
      return `${source.subject} ${source.sequence}`
    case 'request':
      return `${source.path} ${source.index}`
  }
}
