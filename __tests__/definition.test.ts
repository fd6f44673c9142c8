import { Destination } from '@segment/actions-core'
import { parseFql } from '@segment/destination-subscriptions'
import destination from '../src'

const COMMON = [
  'timestamp',
  'message_id',
  'user_id',
  'anonymous_id',
  'enable_batching',
  'batch_size',
  'ip',
  'location',
  'traits',
  'audience_update_mode'
]

/** What mappings that customers have saved rely on. */
describe('the definition', () => {
  const { upsertContact, trackActivity } = destination.actions

  it('keeps its name, slug and mode', () => {
    expect(destination).toMatchObject({ name: 'Ortto (Actions)', slug: 'actions-ortto', mode: 'cloud' })
  })

  it('keeps its setting, which is secret', () => {
    expect(destination.authentication?.fields).toMatchObject({ api_key: { type: 'password', required: true } })
    expect(() => new Destination(destination).validateSettings({} as never)).toThrow(/API Key|api_key/)
  })

  it('keeps the actions and the keys of their fields', () => {
    expect(Object.keys(destination.actions)).toEqual(['upsertContact', 'trackActivity'])
    expect(Object.keys(upsertContact.fields)).toEqual(COMMON)
    expect(Object.keys(trackActivity.fields)).toEqual([...COMMON, 'event', 'namespace', 'properties'])
  })

  it('asks in the schema for the event name only', () => {
    const required = [upsertContact, trackActivity].map(({ fields }) =>
      Object.keys(fields).filter((key) => fields[key].required !== false)
    )

    expect(required).toEqual([[], ['event']])
  })

  it('gives every field a label, a description and a default', () => {
    const fields = [upsertContact, trackActivity].flatMap((action) => Object.values(action.fields))

    expect(
      fields.filter(({ label, description, default: value }) => !label || !description || value === undefined)
    ).toEqual([])
  })

  it('hides what customers need not see', () => {
    const hidden = [upsertContact, trackActivity].map(({ fields }) =>
      Object.keys(fields).filter((key) => fields[key].unsafe_hidden)
    )

    expect(hidden).toEqual([
      ['timestamp', 'message_id', 'batch_size'],
      ['batch_size', 'namespace']
    ])
  })

  it('asks for batches of 500 by default', () => {
    expect(upsertContact.fields.enable_batching.default).toBe(true)
    expect(trackActivity.fields.batch_size).toMatchObject({ type: 'number', default: 500, readOnly: true })
  })

  it('offers three ways to update the audience, and adds by default', () => {
    expect(trackActivity.fields.audience_update_mode).toMatchObject({
      choices: [
        { label: 'Add', value: 'add' },
        { label: 'Remove', value: 'remove' },
        { label: 'Follow Segment', value: 'follow_segment' }
      ],
      default: 'add'
    })
  })

  it('has the same hook in both actions', () => {
    expect(upsertContact.hooks?.onMappingSave).toBe(trackActivity.hooks?.onMappingSave)
    expect(Object.keys(upsertContact.hooks?.onMappingSave?.outputTypes ?? {})).toEqual(['audience_id', 'audience_name'])
  })

  it('has a preset for each action, with a trigger that parses and all the defaults', () => {
    expect(destination.presets?.map(({ name, type, partnerAction }) => ({ name, type, partnerAction }))).toEqual([
      { name: 'Upsert Contact', type: 'automatic', partnerAction: 'upsertContact' },
      { name: 'Track Activity', type: 'automatic', partnerAction: 'trackActivity' }
    ])
    for (const preset of destination.presets ?? []) {
      const action = destination.actions[preset.partnerAction]
      expect(preset).toMatchObject({ subscribe: action.defaultSubscription })
      expect(parseFql(action.defaultSubscription ?? '')).not.toHaveProperty('error')
      expect(Object.keys(preset.mapping ?? {})).toEqual(Object.keys(action.fields))
    }
  })
})
