import type { DestinationDefinition } from '@segment/actions-core'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'
import { atOrigin } from './at-origin'
import { dryRun } from './dry-run'

/** Where events go: `ortto`, `nowhere` to see what would go out, or an origin such as `http://127.0.0.1:8030`. */
export type Target = string

/**
 * Core keys its schemas by the destination's name, and ajv reads the key as a URI. From 3.1.6 on, fast-uri refuses
 * "Ortto (Actions):…", which is none, and which fast-uri is there is for those to say who install this. So here the
 * framework is told a name that may begin a URI.
 */
const NAMED: DestinationDefinition<Settings> = { ...ortto, name: 'Ortto' }

/**
 * The destination that sends there.
 * @throws TypeError when the target is an origin, and no URL
 */
export function definitionFor(to: Target): DestinationDefinition<Settings> {
  if (to === 'ortto') {
    return NAMED
  }
  return to === 'nowhere' ? dryRun(NAMED) : atOrigin(NAMED, to)
}
