/** One request on the wire. */
export interface WireRequest {
  method: string
  /** Where the destination sent it, before it was led to the local Ortto */
  url: string
  /** Without the ones that only describe the connection */
  headers: Record<string, string>
  /** The array that the body holds. Empty when the body is not an array. */
  items: readonly Item[]
}

export type Item = { readonly [key: string]: unknown }

/** What Segment sees of one event. Facts only: the wording of a message is not compared. */
export interface EventResult {
  outcome: 'success' | 'failure' | 'never ends'
  /** Absent where Segment sees no status: a single event that succeeded, an error without a status. */
  status?: number
  /** Whose fault Segment calls it. A single event has none. */
  reporter?: string
  hasMessage: boolean
  /** True when a success says more than that it is one: it has a second sentence. */
  hasNote: boolean
  quotesKey: boolean
  /** True when the response's own message is quoted. */
  quotesResponse: boolean
}

/** What one destination did with one case: its requests, and the result of each event. */
export interface Observation {
  requests: readonly WireRequest[]
  results: readonly EventResult[]
}
