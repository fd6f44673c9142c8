import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import type { DeliveryOptions, EventReport } from '../delivery'
import type { Layout } from './layout'

export interface WorkerOptions {
  nc: NatsConnection
  layout: Layout
  /** Where and how the events are delivered */
  delivery: Omit<DeliveryOptions, 'isEndless' | 'onBatchSent' | 'signal'>
  log: Logger
  /** Called with the events that were settled. */
  onSettled?: (reports: readonly EventReport[]) => void
  /** Drains the worker: the requests in flight are completed, and all other events are returned to the stream. */
  signal: AbortSignal
}
