import type { InputField, JSONObject, JSONValue } from '@segment/actions-core'
import Chance from 'chance'
import destination from '../src'
import { deliverAlone, orttoResponds, useNock } from './__helpers__/harness'
import type { ActionName } from './__helpers__/harness'

useNock()

const SEED = 'actions-ortto'
const ACTIONS: ActionName[] = ['upsertContact', 'trackActivity']

describe.each(ACTIONS)('the request of %s', (action) => {
  const { fields } = destination.actions[action]

  const bodyFor = async (payload: JSONObject) => {
    const received = orttoResponds(action)
    // Every field is mapped to a value of its own, so no default has a say.
    const unmapped = Object.fromEntries(Object.keys(fields).map((key) => [key, null]))
    await deliverAlone(action, {}, { ...unmapped, ...payload })
    return received[0].body
  }

  it('has all fields', async () => {
    expect(await bodyFor(seededPayload(fields))).toMatchSnapshot()
  })

  it('carries every field that is not for the framework alone', async () => {
    const [item] = await bodyFor(seededPayload(fields))

    expect(Object.keys(fields).filter((key) => !(key in item))).toEqual(
      ['enable_batching', 'audience_update_mode', 'batch_size'].filter((key) => key in fields)
    )
  })

  it('has the required fields', async () => {
    const required = Object.fromEntries(Object.entries(fields).filter(([, field]) => field.required === true))

    expect(await bodyFor({ ...seededPayload(required), user_id: 'u1' })).toMatchSnapshot()
  })
})

/** A value for every field that fits its type; the same ones in every run. */
function seededPayload(fields: Record<string, InputField>): JSONObject {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => [key, seededValue(key, field, new Chance(`${SEED} ${key}`))])
  )
}

function seededValue(
  key: string,
  { type, choices, properties }: Partial<InputField>,
  chance: Chance.Chance
): JSONValue {
  if (key === 'timestamp') {
    return new Date(chance.integer({ min: 1_600_000_000_000, max: 1_700_000_000_000 })).toISOString()
  }
  if (key === 'ip') {
    return chance.ip()
  }
  if (choices) {
    const [first] = choices
    return typeof first === 'string' ? first : first.value
  }
  switch (type) {
    case 'boolean':
      return chance.bool()
    case 'number':
      return chance.integer({ min: 1, max: 500 })
    case 'object':
      return properties
        ? Object.fromEntries(
            Object.entries(properties).map(([name, field]) => [name, seededValue(name, field, chance)])
          )
        : { [chance.word()]: chance.sentence(), [chance.word()]: chance.integer() }
    default:
      return chance.string()
  }
}
