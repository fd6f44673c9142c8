import type { RequestClient, RequestOptions } from '@segment/actions-core'
import { performance } from 'perf_hooks'
import { errorMessage } from '../../common/error-message'
import type { Taken } from '../../sandbox'

/** One request to Ortto, and its answer. */
export interface Exchange {
  id: string
  method: string
  url: string
  /** What was sent, one for each event */
  items: readonly unknown[]
  answer?: { status: number; body: string }
  /** Why there is no answer */
  failure?: string
  milliseconds: number
  /** What Ortto did with each item, by its position */
  taken: Map<number, Taken>
}

/** The requests that are being made, each known by an id that travels with it as `x-request-id`. */
export class Exchanges {
  private readonly open = new Map<string, Exchange>()
  /** The last exchange of each item, and the item's position in it */
  private readonly places = new WeakMap<object, { exchange: Exchange; position: number }>()
  private count = 0

  /** Makes requests, and remembers them. */
  through(request: RequestClient): RequestClient {
    return async <Data>(url: string, options: RequestOptions = {}) => {
      this.count += 1
      const items: readonly unknown[] = Array.isArray(options.json) ? options.json : []
      const exchange: Exchange = {
        id: `workbench-${this.count}`,
        method: (options.method ?? 'get').toUpperCase(),
        url,
        items,
        milliseconds: 0,
        taken: new Map()
      }
      items.forEach((item, position) => {
        if (typeof item === 'object' && item !== null) {
          this.places.set(item, { exchange, position })
        }
      })
      this.open.set(exchange.id, exchange)
      const begunAt = performance.now()
      try {
        const headers = { ...options.headers, 'x-request-id': exchange.id }
        const response = await request<Data>(url, { ...options, headers })
        exchange.answer = { status: response.status, body: response.content }
        return response
      } catch (error) {
        exchange.failure = errorMessage(error)
        throw error
      } finally {
        exchange.milliseconds = Math.round(performance.now() - begunAt)
        this.open.delete(exchange.id)
      }
    }
  }

  /** Takes in what Ortto did with an item. */
  note(taken: Taken): void {
    if (taken.requestId !== undefined) {
      this.open.get(taken.requestId)?.taken.set(taken.index, taken)
    }
  }

  /** Where an item was sent last. */
  find(item: object): { exchange: Exchange; position: number } | undefined {
    return this.places.get(item)
  }
}
