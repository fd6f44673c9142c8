import type { NatsConnection } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import type { DeliveryOptions } from '../delivery'
import type { Layout } from './layout'

export interface WorkerOptions {
  nc: NatsConnection
  layout: Layout
  /** Where and how the events are delivered */
  delivery: Omit<DeliveryOptions, 'isEndless' | 'onResponse' | 'signal'>
  log: Logger
  /** Drains it: requests in flight are waited for, and the other events are given back. */
  signal: AbortSignal
}
