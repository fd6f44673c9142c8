import type { SegmentEvent } from '@segment/actions-core'
import { findDisabledName, INTEGRATION_NAMES } from '../mapping/integrations'

/** Events come as JSON, where `integrations` may hold anything. */
function findDisabled(integrations: unknown, names = INTEGRATION_NAMES): string | undefined {
  const event = JSON.parse(JSON.stringify({ type: 'identify', userId: 'u1', integrations })) as SegmentEvent
  return findDisabledName(event, names)
}

describe('an event is meant for the destination', () => {
  it.each([
    ['has no integrations', undefined],
    ['has empty integrations', {}],
    ['is for all', { All: true }],
    ['is only not for others', { Salesforce: false }],
    ['is only for the destination', { All: false, 'Ortto (Actions)': true }],
    ['is only for another name of it', { All: false, AutopilotApp: true }],
    ['has options for it', { All: false, 'Ortto (Actions)': { sessionId: 1 } }],
    ['names it in another case', { ORTTO: false }],
    ['names it by its slug', { 'actions-ortto': false }],
    ['is only not for Segment itself', { 'Segment.io': false }],
    ['has another value than false for all', { All: 'false' }],
    ['has a zero for all', { All: 0 }],
    ['has null for all', { All: null }],
    ['has a list', []],
    ['says neither yes nor no to it', { 'Ortto (Actions)': null }],
    ['contradicts itself in "all"', { All: true, all: false }]
  ])('when it %s', (_, integrations) => {
    expect(findDisabled(integrations)).toBeUndefined()
  })

  it.each([[null], [false], [0], ['none'], [['All']]])('when its integrations are no object: %j', (integrations) => {
    expect(findDisabled(integrations)).toBeUndefined()
  })

  it('when only a prototype says otherwise', () => {
    expect(findDisabled(JSON.parse('{"__proto__":{"All":false}}'))).toBeUndefined()
    const inherited = { integrations: Object.create({ All: false }) as SegmentEvent['integrations'] }
    expect(findDisabledName(inherited, INTEGRATION_NAMES)).toBeUndefined()
    expect(findDisabled({}, ['constructor'])).toBeUndefined()
    expect(findDisabled({ All: false }, ['constructor'])).toBe('All')
  })
})

describe('an event is not meant for the destination', () => {
  it.each([
    ['is for none', { All: false }, 'All'],
    ['is for none, as the Go library writes it', { all: false }, 'all'],
    ['is only for others', { All: false, Salesforce: true }, 'All'],
    ['is not for it', { 'Ortto (Actions)': false }, 'Ortto (Actions)'],
    ['is not for another name of it', { Ortto: false }, 'Ortto'],
    ['is not for its classic integration', { AutopilotApp: false }, 'AutopilotApp'],
    ['is for one of its names and not for another', { 'Ortto (Actions)': true, AutopilotApp: false }, 'AutopilotApp'],
    ['names it in another case', { All: false, 'ortto (actions)': true }, 'All'],
    ['says neither yes nor no to it, and is for none', { All: false, 'Ortto (Actions)': null }, 'All']
  ])('when it %s', (_, integrations, name) => {
    expect(findDisabled(integrations)).toBe(name)
  })
})
