import type { SegmentEvent } from '@segment/actions-core'
import { isMeantFor } from '../mapping/integrations'

const NAMES = ['Ortto (Actions)', 'Ortto', 'AutopilotApp']

/** Events come as JSON, where `integrations` may hold anything. */
function isMeant(integrations: unknown): boolean {
  const event = JSON.parse(JSON.stringify({ type: 'identify', userId: 'u1', integrations })) as SegmentEvent
  return isMeantFor(event, NAMES)
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
    ['names it in another case', { 'ortto (actions)': false }],
    ['says neither yes nor no to it', { 'Ortto (Actions)': null }],
    ['contradicts itself in "all"', { All: true, all: false }]
  ])('when it %s', (_, integrations) => {
    expect(isMeant(integrations)).toBe(true)
  })

  it.each([[null], [false], [0], ['none'], [['All']]])('when its integrations are no object: %j', (integrations) => {
    expect(isMeant(integrations)).toBe(true)
  })

  it('when only a prototype says otherwise', () => {
    const integrations: unknown = JSON.parse('{"__proto__":{"All":false}}')

    expect(isMeantFor({ integrations: Object.create({ All: false }) as SegmentEvent['integrations'] }, NAMES)).toBe(
      true
    )
    expect(isMeant(integrations)).toBe(true)
    expect(isMeantFor({}, ['constructor'])).toBe(true)
    expect(isMeantFor({ integrations: { All: false } }, ['constructor'])).toBe(false)
  })
})

describe('an event is not meant for the destination', () => {
  it.each([
    ['is for none', { All: false }],
    ['is for none, as the Go library writes it', { all: false }],
    ['is only for others', { All: false, Salesforce: true }],
    ['is not for it', { 'Ortto (Actions)': false }],
    ['is not for another name of it', { Ortto: false }],
    ['is for one of its names and not for another', { 'Ortto (Actions)': true, AutopilotApp: false }],
    ['names it in another case', { All: false, 'ortto (actions)': true }],
    ['says neither yes nor no to it, and is for none', { All: false, 'Ortto (Actions)': null }]
  ])('when it %s', (_, integrations) => {
    expect(isMeant(integrations)).toBe(false)
  })
})
