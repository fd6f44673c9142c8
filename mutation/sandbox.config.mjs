import { common } from './common.mjs'

/** Files of the model without rules: types, sentences, and what shows the model to people. */
const WITHOUT_RULES = [
  'account-parts',
  'codes',
  'example-results',
  'item-recorder',
  'json',
  'processed-item',
  'records',
  'sentences'
]

/** Ortto's rules: the model, Ortto's API with its faults, and the state. Not the control API, serving and saving. */
export default {
  ...common('sandbox'),
  mutate: [
    'sandbox/model/*.ts',
    ...WITHOUT_RULES.map((name) => `!sandbox/model/${name}.ts`),
    'sandbox/http/api.ts',
    'sandbox/http/faults.ts',
    'sandbox/state/state.ts',
    'sandbox/state/version-1.ts'
  ],
  thresholds: { high: 90, low: 80, break: 80 }
}
