import type { Fault } from '../../../../sandbox'

export type FaultKind = Fault['kind']

/** What each fault does to a request, and what the destination makes of it. */
export const FAULTS: Record<FaultKind, { does: string; outcome: string }> = {
  status: {
    does: 'Ortto refuses the request with this status, and takes nothing of it: with 503 it is down.',
    outcome:
      'Every event of the request gets that status. Segment sends it again after 408, 423, 429 and 500 or more but 501, ' +
      'and gives it up after other ones.'
  },
  redirect: {
    does: 'Ortto answers with a redirect, and takes nothing.',
    outcome: 'It is not followed, since the data would be lost on the way. Every event gets 502, and is sent again.'
  },
  'size limit': {
    does: 'Ortto refuses bodies of more bytes than this with 413.',
    outcome:
      'The destination sends a batch in halves until they fit. An event that is too large alone gets 413, and is given up.'
  },
  delay: {
    does: 'Ortto takes the items, but the answer comes late.',
    outcome:
      'After 10 seconds without an answer the destination gives up: 408, and the events are sent again. Ortto stores an ' +
      'activity once for its message id and timestamp.'
  },
  stall: {
    does: 'Ortto takes the items, but its answer stops in the middle.',
    outcome: 'After 10 seconds without the rest: 408, and the events are sent again.'
  },
  break: {
    does: 'Ortto takes the items, but the connection breaks in the middle of the answer.',
    outcome: 'Nobody knows what was processed: 503, and the events are sent again.'
  },
  'not JSON': {
    does: 'Ortto takes the items, but answers with a web page.',
    outcome: 'An answer that can’t be read confirms nothing: 502, and the events are sent again.'
  },
  'wrong indices': {
    does: 'Ortto takes the items, but its answer reports errors for items that were not sent.',
    outcome: 'It is not known which event failed: every event gets 502, and is sent again.'
  }
}

/** What a person has entered for a fault */
export interface FaultForm {
  kind: FaultKind
  status: number
  message: string
  location: string
  bytes: number
  milliseconds: number
  once: boolean
}

/** The settings that a kind of fault has. */
export function faultOf({ kind, status, message, location, bytes, milliseconds, once }: FaultForm): Fault {
  switch (kind) {
    case 'status':
      return { kind, status, message, once }
    case 'redirect':
      return { kind, location, once }
    case 'size limit':
      return { kind, bytes, once }
    case 'delay':
      return { kind, milliseconds, once }
    default:
      return { kind, once }
  }
}

/** A fault that is on, in words: `status 503, for the next request` */
export function describeFault(fault: Fault): string {
  return `${withSettings(fault)}, ${fault.once ? 'for one request' : 'until it is switched off'}`
}

function withSettings(fault: Fault): string {
  switch (fault.kind) {
    case 'status':
      return `status ${fault.status} “${fault.message}”`
    case 'redirect':
      return `redirect to ${fault.location}`
    case 'size limit':
      return `size limit of ${fault.bytes.toLocaleString('en')} bytes`
    case 'delay':
      return `delay of ${fault.milliseconds.toLocaleString('en')} milliseconds`
    default:
      return fault.kind
  }
}
