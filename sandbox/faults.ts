import { setTimeout } from 'timers/promises'
import { z } from 'zod'

const once = z.boolean().default(true)

/** A way in which a request to `/v1` goes wrong, for one request or, with `once: false`, until it is switched off. */
export const Fault = z.discriminatedUnion('kind', [
  /** The request is refused with this status, and nothing of it is taken. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    message: z.string().default('The service is not available'),
    once
  }),
  /** The request is refused with a redirect. */
  z.strictObject({
    kind: z.literal('redirect'),
    location: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'printable ASCII')
      .default('/login'),
    once
  }),
  /** Bodies of more bytes than this are refused with 413. */
  z.strictObject({ kind: z.literal('size limit'), bytes: z.number().int().nonnegative(), once }),
  /** The items are taken, but the answer comes late. */
  z.strictObject({ kind: z.literal('delay'), milliseconds: z.number().int().min(0).max(600_000), once }),
  /** The items are taken, but the answer stops in the middle of its body. */
  z.strictObject({ kind: z.literal('stall'), once }),
  /** The items are taken, but the connection breaks in the middle of the answer. */
  z.strictObject({ kind: z.literal('break'), once }),
  /** The items are taken, but the answer is a web page. */
  z.strictObject({ kind: z.literal('not JSON'), once }),
  /** The items are taken, but the answer reports errors for items that were not sent. */
  z.strictObject({ kind: z.literal('wrong indices'), once })
])
export type Fault = z.infer<typeof Fault>

/** The faults that are switched on. Of several, a request meets the one that was switched on first. */
export class Faults {
  private faults: Fault[] = []

  all(): readonly Fault[] {
    return this.faults
  }

  add(fault: Fault): void {
    this.faults.push(fault)
  }

  /** Switches faults off: those of one kind, or all. */
  clear(kind?: string): void {
    this.faults = this.faults.filter((fault) => kind !== undefined && fault.kind !== kind)
  }

  /** The fault that this request meets. One that was meant for one request is gone then. */
  next(bodySize: number): Fault | undefined {
    const fault = this.faults.find((one) => one.kind !== 'size limit' || bodySize > one.bytes)
    if (fault?.once) {
      this.faults = this.faults.filter((one) => one !== fault)
    }
    return fault
  }
}

/** The connection of a request, where there is one: not in a test that calls the app itself. */
export type Connection = { destroy: () => void } | undefined

/** Answers a request that meets a fault. `answer` takes the items and gives what would have been answered. */
export async function answerWith(fault: Fault, answer: () => Response, connection: Connection): Promise<Response> {
  switch (fault.kind) {
    case 'status':
      return Response.json({ message: fault.message }, { status: fault.status })
    case 'redirect':
      return new Response(null, { status: 302, headers: { location: fault.location } })
    case 'size limit':
      return Response.json({ message: 'The body is too large' }, { status: 413 })
    case 'delay':
      return setTimeout(fault.milliseconds, answer(), { ref: false })
    case 'stall':
      return half(answer(), () => undefined)
    case 'break':
      return half(answer(), (controller) =>
        connection ? connection.destroy() : controller.error(new Error('The connection broke'))
      )
    case 'not JSON':
      answer()
      return new Response('<html><body>It works!</body></html>', { headers: { 'content-type': 'text/html' } })
    case 'wrong indices':
      answer()
      return Response.json({ errors: [{ status: 400, message: 'Invalid data', index: 100_000 }] }, { status: 207 })
  }
}

type Controller = ReadableStreamDefaultController<Uint8Array>

/** The first half of an answer's body, followed by what `end` does. */
async function half(answer: Response, end: (controller: Controller) => void): Promise<Response> {
  const body = new Uint8Array(await answer.arrayBuffer())
  let isStarted = false
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (isStarted) {
        end(controller)
        return isHeldOpen
      }
      isStarted = true
      controller.enqueue(body.subarray(0, Math.ceil(body.length / 2)))
    }
  })
  return new Response(stream, { status: answer.status, headers: { 'content-type': 'application/json' } })
}

/** A stream that waits for this waits for ever. */
const isHeldOpen = new Promise<void>(() => undefined)
