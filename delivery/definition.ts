import type { DestinationDefinition } from '@segment/actions-core'
import ortto from '../src'
import type { Settings } from '../src/generated-types'
import { atOrigin } from './at-origin'
import { dryRun } from './dry-run'

/** Where events go: `ortto`, `nowhere` to see what would go out, or an origin such as `http://127.0.0.1:8030`. */
export type Target = string

/**
 * The destination that sends there.
 * @throws TypeError when the target is an origin, and no URL
 */
export function definitionFor(to: Target): DestinationDefinition<Settings> {
  if (to === 'ortto') {
    return ortto
  }
  return to === 'nowhere' ? dryRun(ortto) : atOrigin(ortto, to)
}
