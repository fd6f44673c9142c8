import { Destination } from '@segment/actions-core'
import { parseFql } from '@segment/destination-subscriptions'
import { readFileSync } from 'fs'
import { join } from 'path'
import destination from '../src'

const COMMON = [
  'timestamp',
  'message_id',
  'user_id',
  'anonymous_id',
  'enable_batching',
  'ip',
  'location',
  'traits',
  'audience_update_mode',
  'batch_size'
]

const { upsertContact, trackActivity } = destination.actions

/** What mappings that customers have saved rely on. */
describe('the definition', () => {
  it('keeps its name, slug and mode', () => {
    expect(destination).toMatchObject({ name: 'Ortto (Actions)', slug: 'actions-ortto', mode: 'cloud' })
  })

  it('keeps its setting, which is secret', () => {
    expect(destination.authentication?.fields).toMatchObject({ api_key: { type: 'password', required: true } })
    expect(() => new Destination(destination).validateSettings({} as never)).toThrow(/API Key|api_key/)
  })

  it('keeps the actions and the keys of their fields', () => {
    expect(Object.keys(destination.actions)).toEqual(['upsertContact', 'trackActivity', 'upsertContactProfile'])
    expect(Object.keys(upsertContact.fields)).toEqual(COMMON)
    expect(Object.keys(trackActivity.fields)).toEqual([...COMMON, 'event', 'namespace', 'properties'])
  })

  it('hides the alias of Upsert Contact, which is the same action but for that', () => {
    expect(destination.actions.upsertContactProfile).toEqual({ ...upsertContact, hidden: true })
    expect([upsertContact.hidden, trackActivity.hidden]).toEqual([undefined, undefined])
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

  it.each([
    ['Upsert Contact', upsertContact],
    ['Track Activity', trackActivity]
  ])('has the fields that the documentation of %s shows, in its words', (title, { fields, hooks }) => {
    const hook = hooks?.onMappingSave
    const visible = Object.values(fields).filter(({ unsafe_hidden }) => unsafe_hidden !== true)
    const shown = [
      ...visible.map(({ label, description, required, type }) => ({ label, description, required, type })),
      ...Object.values(hook?.inputFields ?? {}).map(({ label, description, type }) => ({ label, description, type })),
      { label: hook?.label, description: hook?.description, type: 'object' }
    ]
    const rows = shown.map((field) => [
      field.label,
      // "Follow Segment" is not in the documentation.
      field.description?.replace(/ "Follow Segment".*$/, ''),
      'required' in field && field.required === true ? 'Yes' : 'No',
      field.type.toUpperCase()
    ])

    expect(rows.map(String).sort()).toEqual(documentedFields(title).map(String).sort())
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

  it('lets nobody change what is hidden', () => {
    const fields = [upsertContact, trackActivity].flatMap((action) => Object.values(action.fields))

    expect(fields.filter(({ unsafe_hidden, readOnly }) => unsafe_hidden !== readOnly)).toEqual([])
  })

  it('shows an example of an IP address, and the four parts of a location without more', () => {
    expect(upsertContact.fields.ip.placeholder).toBe('180.1.12.125')
    expect(trackActivity.fields.location).toMatchObject({
      defaultObjectUI: 'keyvalue:only',
      additionalProperties: false
    })
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

  it('has the same hook in both actions, for event sources and for warehouses', () => {
    expect(Object.keys(upsertContact.hooks ?? {})).toEqual(['onMappingSave', 'retlOnMappingSave'])
    expect(upsertContact.hooks?.retlOnMappingSave).toBe(upsertContact.hooks?.onMappingSave)
    expect(upsertContact.hooks).toBe(trackActivity.hooks)
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

/** The rows of a table in documented-fields.md: label, description, required, type. */
function documentedFields(title: string): string[][] {
  const page = readFileSync(join(__dirname, '__helpers__', 'documented-fields.md'), 'utf8')
  const [, section] = page.split(`## ${title}\n`)
  const rows = section
    .split('\n## ')[0]
    .split('\n')
    .filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim())
  )
}
