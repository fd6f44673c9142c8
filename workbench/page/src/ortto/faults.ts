import type { Fault } from '../../../../sandbox'

export type FaultKind = Fault['kind']

/** The effect of each fault on a request, and the outcome for the events. */
export const FAULTS: Record<FaultKind, { effect: string; outcome: string }> = {
  status: {
    effect: 'Ortto rejects the request with this status, and processes nothing. 503 means that it is down.',
    outcome:
      'Every event of the request gets this status. Segment retries 408, 423, 429 and 5xx except 501. Other statuses are ' +
      'final.'
  },
  'item status': {
    effect: 'Ortto rejects single events with this status, and processes the others.',
    outcome: 'The events that fail get this status, each on its own. Segment retries 429 and 500.'
  },
  redirect: {
    effect: 'Ortto responds with a redirect, and processes nothing.',
    outcome: 'The destination does not follow it, because the data would be lost. Every event gets 502 and is retried.'
  },
  'size limit': {
    effect: 'Ortto rejects larger bodies with 413.',
    outcome:
      'The destination halves a batch until it fits. A single event that is too large gets 413 and is not retried.'
  },
  delay: {
    effect: 'Ortto processes the items, but the response is late.',
    outcome:
      'After 10 seconds without a response, the events get 408 and are retried. Ortto stores activities with the same ' +
      'message id and timestamp once.'
  },
  stall: {
    effect: 'Ortto processes the items, but the response stops in the middle.',
    outcome: 'After 10 seconds without the rest, the events get 408 and are retried.'
  },
  break: {
    effect: 'Ortto processes the items, but the connection breaks in the middle of the response.',
    outcome: 'The result is unknown: the events get 503 and are retried.'
  },
  'not JSON': {
    effect: 'Ortto processes the items, but responds with a web page.',
    outcome: 'A response that cannot be read confirms nothing: the events get 502 and are retried.'
  },
  'wrong indices': {
    effect: 'Ortto processes the items, but the response reports errors of items that were not sent.',
    outcome: 'It is unknown which event failed: every event gets 502 and is retried.'
  }
}

type ItemStatus = Extract<Fault, { kind: 'item status' }>['status']
export const ITEM_STATUSES: readonly ItemStatus[] = [500, 429, 422, 400]

/** The form for a fault */
export interface FaultForm {
  kind: FaultKind
  status: number
  itemStatus: ItemStatus
  /** Fails every so many-th event. */
  every: number
  /** Only activities with this name. Empty for all events. */
  event: string
  message: string
  location: string
  bytes: number
  milliseconds: number
  once: boolean
}

/** The fault of a form, with the settings of its kind. */
export function faultOf(form: FaultForm): Fault {
  const { kind, status, itemStatus, every, event, message, location, bytes, milliseconds, once } = form
  switch (kind) {
    case 'status':
      return { kind, status, message, once }
    case 'item status':
      return { kind, status: itemStatus, message, every, event: event === '' ? undefined : event, once }
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

/** An active fault, as text: `status 503, for one request` */
export function describeFault(fault: Fault): string {
  const part = fault.kind === 'item status' ? 'event' : 'request'
  return `${withSettings(fault)}, ${fault.once ? `for one ${part}` : 'until it is switched off'}`
}

function withSettings(fault: Fault): string {
  switch (fault.kind) {
    case 'status':
      return `status ${fault.status} “${fault.message}”`
    case 'item status':
      return `status ${fault.status} “${fault.message}” of ${describeItems(fault)}`
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

function describeItems({ every, event, messageId }: Extract<Fault, { kind: 'item status' }>): string {
  const kind = messageId !== undefined ? `event ${messageId}` : event === undefined ? 'event' : `activity “${event}”`
  return every === 1 ? `each ${kind}` : `one in ${every} of each ${kind}`
}
