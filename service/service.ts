import type { IncomingMessage, ServerResponse } from 'http'
import { listRejections } from '../delivery'
import type { EventReport } from '../delivery'
import { answerError, answerWith, findUnconfirmed } from './answer'
import type { Answer } from './answer'
import { authorize } from './authorize'
import { Backlog } from './backlog'
import type { Entry } from './backlog'
import { readBody } from './read-body'
import { isEventPath, readMessages } from './read-messages'
import type { Message } from './read-messages'
import type { RejectedFile } from './rejected-file'
import { RequestError } from './request-error'
import type { Sink } from './sink'

/** A request whose events do not have their results after this time gets 503. */
const ANSWER_TIMEOUT_MS = 25_000

const RETRY_AFTER_MS = 1000

interface ServiceOptions {
  sink: Sink
  /** The key that clients must send */
  writeKey: string
  /** Where rejected events are stored before the response says that they were rejected */
  rejected?: Pick<RejectedFile, 'add'>
  /** Called with the reports of a request that got 200 or 207. */
  onSettled?: (reports: readonly EventReport[]) => void
  /** Called with the number of events of a request that the client must send again, and with the reason code. */
  onUnconfirmed?: (events: number, code: string) => void
  /** Called with the status of each response. */
  onAnswered?: (status: number) => void
  /** Called with an error that nobody expected. The request gets 500. */
  onError: (error: unknown) => void
  /** Only for tests. @default 25,000 */
  answerTimeoutMs?: number
}

/**
 * Receives events over HTTP, and responds when they have their results. A response with 2xx says that no event of the
 * request has to be sent again: each was delivered, or was rejected for good.
 */
export class Service {
  private readonly backlog = new Backlog(() => performance.now())
  private isDraining = false
  private inProgress = 0
  private onIdle: () => void = () => undefined

  constructor(private readonly options: ServiceOptions) {}

  /** Why no events are accepted until the process ends: a code. Undefined while they are. */
  get notReady(): string | undefined {
    return this.isDraining ? 'draining' : undefined
  }

  /** The events without a result, and the age of the oldest */
  get waiting(): { events: number; oldestMs: number } {
    const { events, oldestMs } = this.backlog
    return { events, oldestMs }
  }

  /** Responds to a request. Never rejects. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Requests that arrive while the service drains are refused at once, so it does not wait for them.
    const isCounted = !this.isDraining
    this.inProgress += isCounted ? 1 : 0
    const end = new AbortController()
    const closed = new Promise<void>((resolve) => response.once('close', resolve))
    void closed.then(() => end.abort())
    try {
      this.send(await this.answer(request, end.signal), response)
      await closed
    } finally {
      this.inProgress -= isCounted ? 1 : 0
      if (this.inProgress === 0) {
        this.onIdle()
      }
    }
  }

  /** Accepts no more events. Resolves when all requests that were accepted have their response. */
  async drain(): Promise<void> {
    this.isDraining = true
    if (this.inProgress > 0) {
      await new Promise<void>((resolve) => (this.onIdle = resolve))
    }
  }

  private async answer(request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.process(request, signal)
    } catch (error) {
      if (error instanceof RequestError) {
        return answerError(error)
      }
      // Otherwise the client is gone.
      if (request.complete) {
        this.options.onError(error)
      }
      const message = 'The events are not confirmed: this service failed. Send the whole request again.'
      return answerError(new RequestError(500, 'unexpected_error', message, RETRY_AFTER_MS))
    }
  }

  private async process(request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const [path] = (request.url ?? '').split('?')
    if (!isEventPath(path)) {
      throw new RequestError(404, 'not_found', 'There is nothing at this path.')
    }
    if (request.method !== 'POST') {
      throw new RequestError(405, 'method_not_allowed', 'Send events with POST.')
    }
    authorize(request.headers.authorization, this.options.writeKey)
    this.requireOpen()
    const entry: Entry = { bytes: 0, events: 0, since: 0 }
    let messages: Message[]
    try {
      const body = await readBody(request, this.backlog, entry)
      messages = readMessages(path, body, Date.now())
      this.requireOpen()
      this.backlog.addEvents(entry, messages.length)
    } catch (error) {
      this.backlog.remove(entry)
      throw error
    }
    // The events stay in memory until they have their results, also when the response was sent before.
    const sent = this.options.sink.send(messages, signal).finally(() => this.backlog.remove(entry))
    return this.settle(messages, sent, signal)
  }

  /** Waits for the results of a request's events. A client that is gone sends them again. */
  private async settle(
    messages: readonly Message[],
    sent: Promise<EventReport[][]>,
    signal: AbortSignal
  ): Promise<Answer> {
    const { answerTimeoutMs = ANSWER_TIMEOUT_MS, onSettled, onUnconfirmed, rejected, sink } = this.options
    try {
      const settled = await withTimeout(sent, answerTimeoutMs)
      const reports = settled.flat()
      const unconfirmed = findUnconfirmed(reports)
      if (signal.aborted || unconfirmed) {
        onUnconfirmed?.(messages.length, unconfirmed?.code ?? 'client_disconnected')
      } else {
        await rejected?.add(reports.filter((report) => listRejections(report).length > 0))
        onSettled?.(reports)
      }
      return answerWith(settled, sink.pause)
    } catch (error) {
      onUnconfirmed?.(messages.length, error instanceof RequestError ? error.code : 'unexpected_error')
      throw error
    }
  }

  /** @throws RequestError 429 or 503 when no events are accepted for now */
  private requireOpen(): void {
    if (this.isDraining) {
      throw new RequestError(503, 'draining', 'This service is stopping. Send this request again.', RETRY_AFTER_MS)
    }
    const { pause } = this.options.sink
    if (pause) {
      throw new RequestError(pause.status, pause.code, pause.message, pause.retryAfterMs)
    }
  }

  private send({ status, retryAfterMs, body }: Answer, response: ServerResponse): void {
    this.options.onAnswered?.(status)
    response
      .writeHead(status, {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
        ...(status === 401 ? { 'www-authenticate': 'Basic realm="ortto serve"' } : {}),
        ...(status === 405 ? { allow: 'POST' } : {}),
        ...(this.isDraining ? { connection: 'close' } : {})
      })
      .end(`${JSON.stringify(body)}\n`)
  }
}

/** @throws RequestError 503 when it takes longer */
async function withTimeout<Value>(value: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    const message = 'The events are not confirmed in time. Send the whole request again.'
    const onTimeout = () => reject(new RequestError(503, 'not_confirmed', message, RETRY_AFTER_MS))
    timer = setTimeout(onTimeout, milliseconds)
  })
  try {
    return await Promise.race([value, expired])
  } finally {
    clearTimeout(timer)
  }
}
