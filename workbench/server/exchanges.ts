import type { RequestClient, RequestOptions } from '@segment/actions-core'
import { performance } from 'perf_hooks'
import { errorMessage } from '../../common/error-message'
import type { ProcessedItem } from '../../sandbox'

/** One request to Ortto, and its response. */
export interface Exchange {
  id: string
  method: string
  url: string
  /** The items in the request, one for each event. */
  items: readonly unknown[]
  response?: { status: number; body: string }
  /** Why there is no response. */
  failure?: string
  milliseconds: number
  /** What the local Ortto changed for each item, by the item's position. */
  processed: Map<number, ProcessedItem>
}

/** Records requests to Ortto. Each request has an id in the header `x-request-id`. */
export class Exchanges {
  private readonly pending = new Map<string, Exchange>()
  /** The last exchange of each item, and the item's position in it. */
  private readonly byItem = new WeakMap<object, { exchange: Exchange; position: number }>()
  private count = 0

  /** @param start different for each start of the workbench, because log entries are kept longer */
  constructor(private readonly start: string) {}

  /** A request function that records its requests. */
  record(request: RequestClient): RequestClient {
    return async <Data>(url: string, options: RequestOptions = {}) => {
      this.count += 1
      const items: readonly unknown[] = Array.isArray(options.json) ? options.json : []
      const exchange: Exchange = {
        id: `workbench-${this.start}-${this.count}`,
        method: (options.method ?? 'get').toUpperCase(),
        url,
        items,
        milliseconds: 0,
        processed: new Map()
      }
      items.forEach((item, position) => {
        if (typeof item === 'object' && item !== null) {
          this.byItem.set(item, { exchange, position })
        }
      })
      this.pending.set(exchange.id, exchange)
      const startedAt = performance.now()
      try {
        const headers = { ...options.headers, 'x-request-id': exchange.id }
        const response = await request<Data>(url, { ...options, headers })
        exchange.response = { status: response.status, body: response.content }
        return response
      } catch (error) {
        exchange.failure = errorMessage(error)
        throw error
      } finally {
        exchange.milliseconds = Math.round(performance.now() - startedAt)
        this.pending.delete(exchange.id)
      }
    }
  }

  /** Adds what the local Ortto changed for an item to the pending request of the item. */
  addProcessedItem(item: ProcessedItem): void {
    if (item.requestId !== undefined) {
      this.pending.get(item.requestId)?.processed.set(item.index, item)
    }
  }

  /** The last exchange of an item, and the item's position in it. */
  find(item: object): { exchange: Exchange; position: number } | undefined {
    return this.byItem.get(item)
  }
}
