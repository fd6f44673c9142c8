import { common } from './common.mjs'

/** The destination; without the files that `npm run generate` writes. */
export default {
  ...common('src'),
  mutate: ['src/**/*.ts', '!src/generated-types.ts', '!src/*.types.ts', '!src/versioning-info.ts'],
  thresholds: { high: 95, low: 90, break: 90 }
}
