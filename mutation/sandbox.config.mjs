import { common } from './common.mjs'

/** The files of the sandbox that hold Ortto's rules; not its shell: what serves, reads requests, shows and saves. */
const MODEL = [
  'abridge',
  'account',
  'account-file',
  'activities',
  'api',
  'audiences',
  'clock',
  'contacts',
  'error-log',
  'faults',
  'field-types',
  'merging',
  'moments',
  'samples',
  'state',
  'usage',
  'wire'
]

export default {
  ...common('sandbox'),
  mutate: MODEL.map((name) => `sandbox/${name}.ts`),
  thresholds: { high: 90, low: 80, break: 80 }
}
