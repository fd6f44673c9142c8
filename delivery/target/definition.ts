import type { DestinationDefinition } from '@segment/actions-core'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'
import { atOrigin } from './at-origin'
import { dryRun } from './dry-run'

/**
 * Core uses the destination's name as the beginning of a schema key, which ajv reads as a URI. fast-uri rejects
 * "Ortto (Actions):…" from version 3.1.6 on. Its version depends on the project that installs this package, so the
 * framework gets a name that may begin a URI.
 */
const NAMED: DestinationDefinition<Settings> = { ...ortto, name: 'Ortto' }

/**
 * The destination that sends to a target.
 *
 * @param to `ortto`, `nowhere` for a dry run, or an origin such as `http://127.0.0.1:8030`
 * @throws TypeError when the target is an origin, and no URL
 */
export function definitionFor(to: string): DestinationDefinition<Settings> {
  if (to === 'ortto') {
    return NAMED
  }
  return to === 'nowhere' ? dryRun(NAMED) : atOrigin(NAMED, to)
}
