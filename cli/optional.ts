/* eslint-disable @typescript-eslint/no-require-imports -- an import would load the packages at the start */
import { isMissingModule } from '../common/is-missing-module'
import type * as Stream from '../stream'
import { UsageError } from './command'
import type * as Metrics from './metrics'

/** Packages that are only needed by some commands: npm does not install them with this package. */
const NATS = '@nats-io/transport-node@3 @nats-io/jetstream@3 @nats-io/kv@3'

/**
 * Loads the modules that use NATS.
 * @throws UsageError when its packages are not installed: the message says how to install them
 */
export function loadStream(): typeof Stream {
  return load(() => require('../stream') as typeof Stream, 'Streams', NATS)
}

/**
 * Loads the metrics.
 * @throws UsageError when its package is not installed: the message says how to install it
 */
export function loadMetrics(): typeof Metrics {
  return load(() => require('./metrics') as typeof Metrics, 'Metrics', 'prom-client@15')
}

function load<Module>(requireModule: () => Module, what: string, packages: string): Module {
  try {
    return requireModule()
  } catch (error) {
    if (!isMissingModule(error)) {
      throw error
    }
    throw new UsageError(`${what} need packages that are not installed. Run: npm install ${packages}`)
  }
}
