import { setTimeout } from 'timers/promises'
import { z } from 'zod'

const once = z.boolean().default(true)

/** Ours: the status and message of an item that fails, unless the fault says otherwise. */
const ITEM_FAULT = { status: 500, message: 'Internal error' } as const

/** A failure of requests to `/v1`: of the next request, or, with `once: false`, of all requests until it is removed. */
export const Fault = z.discriminatedUnion('kind', [
  /** The request gets this status. Its items are not processed. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    message: z.string().default('The service is not available'),
    once
  }),
  /**
   * Single items get this status, and are not processed; the others are. It fails every `every`th of the items that it
   * applies to: those with this message ID, and activities with this name. With `once`, it fails one item.
   */
  z.strictObject({
    kind: z.literal('item status'),
    status: z.union([z.literal(400), z.literal(422), z.literal(429), z.literal(500)]).default(ITEM_FAULT.status),
    message: z.string().default(ITEM_FAULT.message),
    messageId: z.string().optional(),
    event: z.string().optional(),
    every: z.number().int().positive().default(1),
    once
  }),
  /** The request gets a redirect. Its items are not processed. */
  z.strictObject({
    kind: z.literal('redirect'),
    location: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'printable ASCII')
      .default('/login'),
    once
  }),
  /** A body of more bytes gets 413. Its items are not processed. */
  z.strictObject({ kind: z.literal('size limit'), bytes: z.number().int().nonnegative(), once }),
  /** The items are processed, but the response is late. */
  z.strictObject({ kind: z.literal('delay'), milliseconds: z.number().int().min(0).max(600_000), once }),
  /** The items are processed, but the response stops in the middle of its body. */
  z.strictObject({ kind: z.literal('stall'), once }),
  /** The items are processed, but the connection breaks in the middle of the response. */
  z.strictObject({ kind: z.literal('break'), once }),
  /** The items are processed, but the response is a web page. */
  z.strictObject({ kind: z.literal('not JSON'), once }),
  /** The items are processed, but the response reports errors of items that were not sent. */
  z.strictObject({ kind: z.literal('wrong indices'), once })
])
export type Fault = z.infer<typeof Fault>

/** A fault of a whole request, and one of single items. */
type RequestFault = Exclude<Fault, { kind: 'item status' }>
type ItemFault = Extract<Fault, { kind: 'item status' }>

/** The active faults. If several apply to a request, it gets the one that was added first. */
export class Faults {
  private faults: Fault[] = []
  /** Items that a fault of items applied to */
  private readonly itemCounts = new WeakMap<ItemFault, number>()

  all(): readonly Fault[] {
    return this.faults
  }

  add(fault: Fault): void {
    this.faults.push(fault)
  }

  /** Removes the faults of one kind, or all faults. */
  clear(kind?: string): void {
    this.faults = this.faults.filter((fault) => kind !== undefined && fault.kind !== kind)
  }

  /** The fault that applies to a request. A fault for one request is removed. */
  next(bodySize: number): RequestFault | undefined {
    const found = this.faults.find(
      (fault): fault is RequestFault =>
        fault.kind !== 'item status' && (fault.kind !== 'size limit' || bodySize > fault.bytes)
    )
    this.removeIfOnce(found)
    return found
  }

  /** The fault that applies to an item of a request. A fault for one item is removed. */
  nextOfItem(item: unknown): ItemFault | undefined {
    const found = this.faults.find(
      (fault): fault is ItemFault => fault.kind === 'item status' && this.hits(fault, item)
    )
    this.removeIfOnce(found)
    return found
  }

  private hits(fault: ItemFault, item: unknown): boolean {
    const { message_id: messageId, event }: { message_id?: unknown; event?: unknown } =
      typeof item === 'object' && item !== null ? item : {}
    if ((fault.messageId ?? messageId) !== messageId || (fault.event ?? event) !== event) {
      return false
    }
    const count = (this.itemCounts.get(fault) ?? 0) + 1
    this.itemCounts.set(fault, count)
    return count % fault.every === 0
  }

  private removeIfOnce(found: Fault | undefined): void {
    if (found?.once) {
      this.faults = this.faults.filter((fault) => fault !== found)
    }
  }
}

/** The connection of a request. Undefined in a test that calls the app without a socket. */
export type Connection = { destroy: () => void } | undefined

/** Responds to a request with a fault. `respond` processes the items and returns the usual response. */
export async function respondWithFault(
  fault: RequestFault,
  respond: () => Response,
  connection: Connection
): Promise<Response> {
  switch (fault.kind) {
    case 'status':
      return Response.json({ message: fault.message }, { status: fault.status })
    case 'redirect':
      return new Response(null, { status: 302, headers: { location: fault.location } })
    case 'size limit':
      return Response.json({ message: 'The body is too large' }, { status: 413 })
    case 'delay':
      return setTimeout(fault.milliseconds, respond(), { ref: false })
    case 'stall':
      return sendHalf(respond(), () => undefined)
    case 'break':
      return sendHalf(respond(), (controller) =>
        connection ? connection.destroy() : controller.error(new Error('The connection broke'))
      )
    case 'not JSON':
      respond()
      return new Response('<html><body>It works!</body></html>', { headers: { 'content-type': 'text/html' } })
    case 'wrong indices':
      respond()
      return Response.json({ errors: [{ status: 400, message: 'Invalid data', index: 100_000 }] }, { status: 207 })
  }
}

type Controller = ReadableStreamDefaultController<Uint8Array>

/** Sends the first half of a response's body, then calls `afterHalf`. */
async function sendHalf(response: Response, afterHalf: (controller: Controller) => void): Promise<Response> {
  const body = new Uint8Array(await response.arrayBuffer())
  let isHalfSent = false
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (isHalfSent) {
        afterHalf(controller)
        return neverSettled
      }
      isHalfSent = true
      controller.enqueue(body.subarray(0, Math.ceil(body.length / 2)))
    }
  })
  return new Response(stream, { status: response.status, headers: { 'content-type': 'application/json' } })
}

/** A stream that waits for this promise stays open. */
const neverSettled = new Promise<void>(() => undefined)
