import type { SegmentEvent } from '@segment/actions-core'
import { createInterface } from 'readline'
import type { Readable } from 'stream'

/** One line of a file of events: the event, or why there is none. Lines count from 1; empty ones are passed over. */
export type Line = { line: number; event: SegmentEvent } | { line: number; problem: string }

/** Reads newline-delimited JSON, one Segment event a line. Rejects when the stream fails. */
export async function* readNdjson(input: Readable): AsyncGenerator<Line> {
  let line = 0
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    line += 1
    if (text.trim() !== '') {
      yield { line, ...readEvent(text) }
    }
  }
}

function readEvent(text: string): { event: SegmentEvent } | { problem: string } {
  let value: unknown
  try {
    // A byte order mark opens many files that come from Windows.
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return {
      problem: `This line is not JSON; write each event on one line. ${
        error instanceof Error ? error.message : String(error)
      }`
    }
  }
  return isEvent(value) ? { event: value } : { problem: 'This line is not a Segment event: an object with a "type".' }
}

/** The framework takes it from here: everything but the type is optional and checked by the mapping. */
function isEvent(value: unknown): value is SegmentEvent {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
