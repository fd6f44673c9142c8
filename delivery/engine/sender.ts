import { Destination } from '@segment/actions-core'
import type { RequestClient, RequestOptions, SegmentEvent } from '@segment/actions-core'
import { errorMessage } from '../../common/error-message'
import { parseJson } from '../../common/parse-json'
import type { Settings } from '../../src/generated-types'
import { isRetryable, RESULT_DETAILS } from '../../src/results'
import type { ResultDetails } from '../../src/results'
import { surviveBrokenSockets } from '../target/broken-sockets'
import { definitionFor } from '../target/definition'
import { mapAhead } from '../mapping/map-ahead'
import type { MappedAhead } from '../mapping/map-ahead'
import { tracksActivities } from '../mapping/mapping-fields'
import type { Mapping } from '../mapping/mappings'
import { readOrttoCode } from '../reasons'
import type { ReasonCode } from '../reasons'
import type { MappingResult, Outcome } from '../report'
import { readRetryAfter } from './retry-after'
import { withRequests } from '../target/with-requests'
import type { WrapRequest } from '../target/with-requests'

/** What a response of Ortto says to the whole delivery. */
export interface ResponseSignal {
  /** Milliseconds that it asks to wait */
  retryAfterMs?: number
  /** True for a success that can be read: Ortto works. */
  isValid: boolean
}

/** Where and how a sender sends. */
interface SenderOptions {
  to: string
  settings: Settings
  /** Called for each response. */
  onResponse?: (signal: ResponseSignal) => void
  /** Wraps the function that makes the requests, to observe them. */
  through?: WrapRequest
}

/** Sends events through the framework and the destination. */
export class Sender {
  private readonly destination: Destination<Settings>
  private readonly ahead = new Map<Mapping, MappedAhead>()

  constructor(private readonly options: SenderOptions) {
    surviveBrokenSockets()
    const { to, onResponse = () => undefined, through = (request) => request } = options
    this.destination = new Destination<Settings>(
      withRequests(definitionFor(to), (request) => observe(through(request), onResponse))
    )
  }

  /** Sends events through a mapping: one result for each, in order. It never rejects. */
  async send(events: SegmentEvent[], mapping: Mapping): Promise<MappingResult[]> {
    const { subscription, toMapped } = this.aheadOf(mapping)
    try {
      const settings = { ...this.options.settings, subscription }
      const [{ multistatus = [] }] = await this.destination.onBatch(events.map(toMapped), settings)
      return events.map((_, index) => toMappingResult(multistatus[index], mapping))
    } catch (error) {
      // The destination never throws for a batch. The framework does, before anything is sent, when it can't map one of
      // the events. Alone, that event fails alone.
      if (events.length === 1) {
        return [
          {
            mapping,
            outcome: 'rejected',
            code: 'unmappable',
            status: 400,
            isRetryable: false,
            errorType: 'BAD_REQUEST',
            message: `Segment's framework cannot map this event: ${errorMessage(error)}`,
            isRecognizable: false
          }
        ]
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

/** The same request function, which also passes on what each response says to the whole delivery. */
function observe(request: RequestClient, onResponse: (signal: ResponseSignal) => void): RequestClient {
  return async <Data>(url: string, options?: RequestOptions) => {
    const response = await request<Data>(url, options)
    const isBusy = response.status === 429 || response.status === 503
    const retryAfterMs = isBusy ? readRetryAfter(response.headers.get('retry-after'), Date.now()) : undefined
    const isReadable = response.content.trim() === '' || parseJson(response.content) !== undefined
    onResponse({ retryAfterMs, isValid: response.ok && isReadable })
    return response
  }
}

type Node = NonNullable<Awaited<ReturnType<Destination<Settings>['onBatch']>>[number]['multistatus']>[number] & {
  [RESULT_DETAILS]?: ResultDetails
}

function toMappingResult(node: Node | undefined, mapping: Mapping): MappingResult {
  if (!node) {
    return {
      mapping,
      outcome: 'rejected',
      code: 'unexpected_error',
      status: 500,
      isRetryable: true,
      errorType: 'INTERNAL_SERVER_ERROR',
      message: 'The destination gave this event no result.',
      isRecognizable: false
    }
  }
  const { status } = node
  const errorType = 'errortype' in node ? node.errortype : undefined
  const message = 'errormessage' in node ? node.errormessage : toText(node.body)
  const item = readSentItem(node.sent)
  const details = node[RESULT_DETAILS]
  const code = details === undefined ? 'invalid_payload' : details.code ?? readCode(status, message, mapping)
  return {
    mapping,
    outcome: readOutcome(status, code, item),
    code,
    status,
    isRetryable: isRetryable(status),
    errorType,
    message,
    notes: details?.notes,
    item,
    isRecognizable: item?.message_id !== undefined && item.timestamp !== undefined
  }
}

function readCode(status: number, message: string, { partnerAction }: Mapping): ReasonCode {
  return readOrttoCode(status, message, tracksActivities(partnerAction))
}

function readOutcome(status: number, code: ReasonCode, item: object | undefined): Outcome {
  if (status >= 400) {
    return code === 'nothing_new' ? 'unchanged' : 'rejected'
  }
  if (item === undefined) {
    return 'ignored'
  }
  return code === 'contact_not_stored' ? 'partial' : 'delivered'
}

function toText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

/** An event that was ignored has nothing in `sent`; one that was rejected before it was sent has no `sent`. */
function readSentItem(sent: unknown): { message_id?: unknown; timestamp?: unknown } | undefined {
  return typeof sent === 'object' && sent !== null && Object.keys(sent).length > 0 ? sent : undefined
}
