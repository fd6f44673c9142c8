import { existsSync } from 'fs'
import { createRequire } from 'module'
import { join } from 'path'
import type * as Core from '@segment/actions-core'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'

export type Definition = Core.DestinationDefinition<Settings>

/** A destination with its own copy of the framework, which recognizes results by their class. */
export interface Destination {
  definition: Definition
  createTestIntegration: typeof Core.createTestIntegration
}

const LIVE = join(__dirname, '..', '..', 'bench', 'live')

/** The id of Ortto (Actions) in Segment's catalog */
const CATALOG_ID = '682db7017819e7e055f55cb4'

export function isLiveInstalled(): boolean {
  return existsSync(join(LIVE, 'node_modules', '@segment', 'action-destinations'))
}

/** The destination that is live today. It is run as a black box: this project never reads its source. */
export function loadLive(): Destination {
  const load = createRequire(join(LIVE, 'package.json'))
  const { createTestIntegration } = load('@segment/actions-core') as typeof Core
  const { manifest } = load('@segment/action-destinations') as { manifest: Record<string, { definition: Definition }> }
  return { definition: manifest[CATALOG_ID].definition, createTestIntegration }
}

export function loadOurs(): Destination {
  // Required, because an import under tsx would load another copy than src/ does.
  const { createTestIntegration } = createRequire(__filename)('@segment/actions-core') as typeof Core
  return { definition: ortto, createTestIntegration }
}
