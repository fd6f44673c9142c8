import { Destination } from '@segment/actions-core'
import type { RequestClient, RequestOptions, SegmentEvent } from '@segment/actions-core'
import { errorMessage } from '../common/error-message'
import type { Settings } from '../src/generated-types'
import { surviveBrokenSockets } from './broken-sockets'
import { definitionFor } from './definition'
import type { Target } from './definition'
import { mapAhead } from './map-ahead'
import type { MappedAhead } from './map-ahead'
import type { Mapping } from './mappings'
import { readRetryAfter } from './retry-after'
import { withRequests } from './with-requests'
import type { WrapRequest } from './with-requests'

/** What became of one event in one mapping. */
export interface Result {
  /** HTTP's: below 400 it was delivered, or ignored on purpose. */
  status: number
  /** Segment's name for the kind of an error. */
  errorType?: string
  message: string
  /** What went on the wire. None for an event that was ignored, or refused before it was sent. */
  sent?: Sent
}

/** What went on the wire for one event. */
export interface Sent {
  item: object
  /** It has a message id and a timestamp, by which Ortto knows an activity that it has already. */
  hasIdentity: boolean
}

/** What an answer of Ortto says to all who send. */
export interface Heard {
  /** Milliseconds that it asks to wait */
  retryAfter?: number
  /** A success that can be read, so that it is known to be up */
  makesSense: boolean
}

/** Where and how a sender sends. */
interface SenderOptions {
  to: Target
  settings: Settings
  /** Is told what each answer says. */
  onHeard?: (heard: Heard) => void
  /** Makes the requests, for whoever wants to see them as they go out. */
  through?: WrapRequest
}

/** Sends events through the framework and the destination. */
export class Sender {
  private readonly destination: Destination<Settings>
  private readonly ahead = new Map<Mapping, MappedAhead>()

  constructor(private readonly options: SenderOptions) {
    surviveBrokenSockets()
    const { to, onHeard = () => undefined, through = (request) => request } = options
    this.destination = new Destination<Settings>(
      withRequests(definitionFor(to), (request) => listening(through(request), onHeard))
    )
  }

  /** Sends events through a mapping: one result for each, in order. It never rejects. */
  async send(events: SegmentEvent[], mapping: Mapping): Promise<Result[]> {
    const { subscription, toMapped } = this.aheadOf(mapping)
    try {
      const settings = { ...this.options.settings, subscription }
      const [{ multistatus = [] }] = await this.destination.onBatch(events.map(toMapped), settings)
      return events.map((_, index) => readResult(multistatus[index]))
    } catch (error) {
      // The destination never throws for a batch. The framework does, before anything is sent, when it can't map one of
      // the events. Alone, that event fails alone.
      if (events.length === 1) {
        const reason = errorMessage(error)
        return [{ status: 400, errorType: 'BAD_REQUEST', message: `Segment's framework refuses this event: ${reason}` }]
      }
      const half = Math.ceil(events.length / 2)
      const first = await this.send(events.slice(0, half), mapping)
      return [...first, ...(await this.send(events.slice(half), mapping))]
    } finally {
      // The framework keeps every response that it ever saw, for its tests.
      this.destination.responses.length = 0
    }
  }

  private aheadOf(mapping: Mapping): MappedAhead {
    const ahead = this.ahead.get(mapping) ?? mapAhead(mapping)
    this.ahead.set(mapping, ahead)
    return ahead
  }
}

/** The same request function, which tells what each answer says to all who send. */
function listening(request: RequestClient, onHeard: (heard: Heard) => void): RequestClient {
  return async <Data>(url: string, options?: RequestOptions) => {
    const response = await request<Data>(url, options)
    const isBusy = response.status === 429 || response.status === 503
    const retryAfter = isBusy ? readRetryAfter(response.headers.get('retry-after'), Date.now()) : undefined
    onHeard({ retryAfter, makesSense: response.ok && isEmptyOrJSON(response.content) })
    return response
  }
}

function isEmptyOrJSON(content: string): boolean {
  try {
    return content.trim() === '' || JSON.parse(content) !== undefined
  } catch {
    return false
  }
}

type Node = NonNullable<Awaited<ReturnType<Destination<Settings>['onBatch']>>[number]['multistatus']>[number]

function readResult(node: Node | undefined): Result {
  if (!node) {
    return { status: 500, errorType: 'INTERNAL_SERVER_ERROR', message: 'The destination gave this event no result.' }
  }
  return {
    status: node.status,
    errorType: 'errortype' in node ? node.errortype : undefined,
    message: 'errormessage' in node ? node.errormessage : textOf(node.body),
    sent: readSent(node.sent)
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

/** An event that the destination ignored has nothing in `sent`; one that was refused before sending has no `sent`. */
function readSent(item: unknown): Sent | undefined {
  if (typeof item !== 'object' || item === null || Object.keys(item).length === 0) {
    return undefined
  }
  const { message_id, timestamp }: { message_id?: unknown; timestamp?: unknown } = item
  return { item, hasIdentity: message_id !== undefined && timestamp !== undefined }
}
