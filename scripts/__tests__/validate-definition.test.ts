import set from 'lodash/fp/set'
import { definition } from '../monorepo/fixture/definition'
import { validateDefinition } from '../monorepo/validate'

/** The faults of the fixture with one member changed. */
const validateWith = (path: string, value: unknown) => validateDefinition(set(path, value, definition))

describe('validateDefinition', () => {
  it('finds no fault in a good definition', () => {
    expect(validateDefinition(definition)).toEqual([])
  })

  it.each<[path: string, value: unknown, fault: string]>([
    ['name', '', 'The definition has no name.'],
    ['slug', undefined, 'The definition has no slug.'],
    ['mode', 'device', 'The mode of the definition is not "cloud".'],
    ['authentication.fields.api_key.type', 'string', 'settings.api_key is not of the type password.'],
    ['authentication.fields.region.label', ' ', 'settings.region has no label.'],
    ['authentication.fields.region.description', undefined, 'settings.region has no description.'],
    [
      'authentication.fields.limit.default',
      '10',
      'settings.limit has the type number, but its default has the type string.'
    ],
    [
      'authentication.fields.is_test.default',
      1,
      'settings.is_test has the type boolean, but its default has the type number.'
    ],
    ['actions.oneHook.title', undefined, 'actions.oneHook has no title.'],
    ['actions.oneHook.description', '', 'actions.oneHook has no description.'],
    ['actions.oneHook.fields.id.label', '', 'actions.oneHook.fields.id has no label.'],
    ['actions.oneHook.fields.id.description', '', 'actions.oneHook.fields.id has no description.'],
    [
      'actions.everyField.fields.is_new.default',
      'no',
      'actions.everyField.fields.is_new has the type boolean, but its default has the type string.'
    ],
    [
      'actions.everyField.fields.address.properties.city.label',
      undefined,
      'actions.everyField.fields.address.properties.city has no label.'
    ],
    [
      'actions.everyField.fields.address.properties.floors.default',
      'two',
      'actions.everyField.fields.address.properties.floors has the type number, but its default has the type string.'
    ],
    [
      'actions.bothHooks.fields.batch_keys.default',
      undefined,
      'actions.bothHooks.fields.batch_keys has no list of keys as its default.'
    ],
    [
      'actions.bothHooks.fields.batch_keys.default',
      ['id', 'id', 'id', 'id'],
      'actions.bothHooks.fields.batch_keys has more than 3 keys.'
    ],
    [
      'actions.bothHooks.fields.batch_keys.default',
      ['id', 'other'],
      'actions.bothHooks.fields.batch_keys has the key "other", which is not a field of the action.'
    ],
    [
      'actions.bothHooks.fields.batch_keys.default',
      ['batch_keys'],
      'actions.bothHooks.fields.batch_keys includes itself.'
    ],
    [
      'actions.oneHook.hooks.onSomethingElse',
      { label: 'Unknown', description: 'Unknown.' },
      'actions.oneHook.hooks.onSomethingElse is not a hook of the framework. ' +
        'Its hooks are onMappingSave and retlOnMappingSave.'
    ],
    ['actions.oneHook.hooks.retlOnMappingSave.label', '', 'actions.oneHook.hooks.retlOnMappingSave has no label.'],
    [
      'actions.bothHooks.hooks.onMappingSave.inputFields.list.label',
      '',
      'actions.bothHooks.hooks.onMappingSave.inputFields.list has no label.'
    ],
    [
      'actions.oneHook.hooks.retlOnMappingSave.outputTypes.rows.description',
      '',
      'actions.oneHook.hooks.retlOnMappingSave.outputTypes.rows has no description.'
    ],
    ['presets[0].name', undefined, 'presets.0 has no name.'],
    ['presets[0].partnerAction', 'gone', 'presets.0 is for the action "gone", which does not exist.'],
    ['presets[0].mapping.gone', 1, 'presets.0 maps "gone", which is not a field of its action.'],
    ['presets[0].subscribe', undefined, 'presets.0.subscribe is not valid FQL.'],
    ['presets[0].subscribe', '(type = "track"', 'presets.0.subscribe is not valid FQL.'],
    ['actions.everyField.defaultSubscription', 'track', 'actions.everyField.defaultSubscription is not valid FQL.']
  ])('finds the fault when %s is %j', (path, value, fault) => {
    expect(validateWith(path, value)).toEqual([fault])
  })

  it('finds that a definition has no actions', () => {
    expect(validateDefinition({ ...definition, actions: {}, presets: [] })).toEqual(['The definition has no actions.'])
  })

  it('looks for no faults in the default that is looked up in the event', () => {
    expect(validateWith('actions.everyField.fields.amount.default', { '@path': '$.amount' })).toEqual([])
  })
})
