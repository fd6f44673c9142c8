import type { SegmentEvent } from '@segment/actions-core'
import { API_KEY, messageId } from './responses'

export type ActionName = 'upsertContactProfile' | 'trackActivity'

/** Members of a mapping */
export type Mapping = { [field: string]: unknown }

export type Members = { [member: string]: unknown }

/** A value to try, in an event, its mapping or the settings. */
export interface Sample {
  name: string
  /** Members of the event. `context` is added to the usual one. */
  members: Members
  /** Members that replace those of the mapping. An undefined one removes the member. */
  mapping?: Mapping
  apiKey?: string
}

const TIME = '2026-01-05T01:02:03.456Z'
const ADDRESS = { country: 'Australia', state: 'NSW', city: 'Sydney' }

/**
 * An event as Segment delivers it, with nothing unusual in it but the given members. Members that the test framework
 * would add are there as undefined, so that it adds none.
 */
export function eventOf(action: ActionName, number: number, ...given: readonly Members[]): SegmentEvent {
  const isTrack = action === 'trackActivity'
  const plain = {
    type: isTrack ? 'track' : 'identify',
    event: isTrack ? 'Order Completed' : undefined,
    userId: `u${number}`,
    anonymousId: `a${number}`,
    messageId: messageId(number),
    timestamp: TIME,
    receivedAt: TIME,
    sentAt: TIME,
    traits: { email: 'lana@example.org' },
    properties: isTrack ? { total: 5 } : undefined
  }
  const context = Object.assign({ ip: '203.0.113.7' }, ...given.map((members) => members.context)) as object
  return Object.assign(plain, ...given, { context }) as SegmentEvent
}

/** Values that are of the wrong type for most members, or mean nothing in them. */
const ODD: Members = {
  undefined: undefined,
  null: null,
  empty: '',
  blank: ' ',
  number: 42,
  zero: 0,
  true: true,
  false: false,
  'an object': { a: 1 },
  'an array': ['a'],
  'an empty object': {},
  'an empty array': []
}

const IDS: Members = {
  ...ODD,
  'with white space around it': ' u1 ',
  'the text undefined': 'undefined',
  'the text null': 'null',
  'the text NaN': 'NaN',
  'the text [object Object]': '[object Object]',
  'the text [object Undefined]': '[object Undefined]'
}

const TIMESTAMPS: Members = {
  ...ODD,
  'with white space around it': ` ${TIME} `,
  'without milliseconds': '2026-01-05T01:02:03Z',
  'with an offset': '2026-01-05T11:02:03+10:00',
  'with nanoseconds': '2026-01-05T01:02:03.456789012Z',
  'in lower case': '2026-01-05t01:02:03z',
  'with a space': '2026-01-05 01:02:03Z',
  'with a space and no zone': '2026-01-05 01:02:03',
  'without a zone': '2026-01-05T01:02:03',
  'without seconds': '2026-01-05T01:02Z',
  'without seconds and zone': '2026-01-05T01:02',
  'a date': '2026-01-05',
  'a month': '2026-01',
  'a year': '2026',
  'in the basic form': '20260105T010203Z',
  'with a comma': '2026-01-05T01:02:03,456Z',
  'with an offset of hours': '2026-01-05T01:02:03+10',
  'with an offset without a colon': '2026-01-05T01:02:03+1000',
  'with the zone UTC': '2026-01-05 01:02:03 UTC',
  'at 24:00': '2026-01-05T24:00:00Z',
  'on a leap second': '2016-12-31T23:59:60Z',
  'on February 30': '2026-02-30T01:02:03Z',
  'on February 29 of a leap year': '2028-02-29T01:02:03Z',
  'on February 29 of another year': '2026-02-29T01:02:03Z',
  'in month 13': '2026-13-05T01:02:03Z',
  'at hour 25': '2026-01-05T25:02:03Z',
  'with an offset of 24 hours': '2026-01-05T01:02:03+24:00',
  'in the year 0000': '0000-01-05T01:02:03Z',
  'in seconds': 1_767_574_923,
  'in seconds, as text': '1767574923',
  'in seconds with a fraction': 1_767_574_923.456,
  'in milliseconds': 1_767_574_923_456,
  'in milliseconds, as text': '1767574923456',
  'in microseconds': '1767574923456789',
  'a negative number': -1,
  'in words': 'yesterday',
  'as HTTP writes it': 'Mon, 05 Jan 2026 01:02:03 GMT',
  'as Americans write it': '01/05/2026'
}

const IPS: Members = {
  ...ODD,
  'with white space around it': ' 203.0.113.7 ',
  IPv6: '2001:db8::1',
  'IPv4 in IPv6': '::ffff:203.0.113.7',
  'IPv4 in IPv6, in hexadecimal': '::ffff:cb00:7107',
  'IPv6 with a zone': 'fe80::1%eth0',
  unspecified: '0.0.0.0',
  'unspecified IPv6': '::',
  'of this machine': '127.0.0.1',
  'too short': '203.0.113',
  'too large': '203.0.113.256',
  'with a leading zero': '203.0.113.07',
  'with a port': '203.0.113.7:80',
  'a list': '203.0.113.7, 10.0.0.1',
  'a host name': 'example.org'
}

/** Addresses: `traits` is where an address is looked for first, `context` is where it is looked for second. */
const ADDRESSES: { [name: string]: { traits?: unknown; context?: unknown } } = {
  full: { traits: { ...ADDRESS, postal_code: '2000' } },
  'full, in context': { context: { ...ADDRESS, postal_code: '2000' } },
  'with postalCode': { traits: { ...ADDRESS, postalCode: '2000' } },
  'with postalCode, in context': { context: { ...ADDRESS, postalCode: '2000' } },
  'with postalCode and postal_code': { traits: { ...ADDRESS, postalCode: '2000', postal_code: '3000' } },
  'with postalCode null and postal_code': { traits: { ...ADDRESS, postalCode: null, postal_code: '3000' } },
  'with postalCode empty and postal_code': { traits: { ...ADDRESS, postalCode: '', postal_code: '3000' } },
  'of a city': { traits: { city: 'Sydney' } },
  'of a postal code': { traits: { postal_code: '2000' } },
  'of a postalCode': { traits: { postalCode: '2000' } },
  'of numbers': { traits: { city: 1, postal_code: 2000 } },
  'of a postalCode that is a number': { traits: { postalCode: 2000 } },
  'of nulls': { traits: { country: null, state: null, city: null, postal_code: null } },
  'with a part that is null': { traits: { city: 'Sydney', state: null } },
  'with a part that is empty': { traits: { city: 'Sydney', state: '' } },
  'with a part that is blank': { traits: { city: 'Sydney', state: ' ' } },
  'with white space around a part': { traits: { city: ' Sydney ' } },
  'with a part that is an object': { traits: { city: { a: 1 } } },
  'with a part that is an array': { traits: { city: ['Sydney'] } },
  'with a part that is false': { traits: { city: 'Sydney', state: false } },
  'of empty parts': { traits: { country: '', state: '', city: '', postal_code: '' } },
  'of blank parts': { traits: { country: ' ', state: ' ', city: ' ', postal_code: ' ' } },
  empty: { traits: {} },
  null: { traits: null },
  text: { traits: '1 George Street' },
  'an array': { traits: ['Sydney'] },
  'of parts in both places': { traits: { city: 'Sydney' }, context: { city: 'Paris', country: 'France' } },
  'of other parts in both places': { traits: { state: 'NSW' }, context: { country: 'France', postal_code: '75001' } },
  'empty beside one in context': { traits: {}, context: { city: 'Paris', country: 'France' } },
  'null beside one in context': { traits: null, context: { city: 'Paris', country: 'France' } }
}

/** Traits and properties */
const ATTRIBUTES: Members = {
  ...ODD,
  'of every kind of value': {
    text: 'x',
    empty: '',
    zero: 0,
    no: false,
    nothing: null,
    object: {},
    array: [],
    list: [1]
  },
  'with an empty key': { '': 1, a: 2 },
  'of an empty key': { '': 1 },
  'with an empty key in an object': { a: { '': 1, b: 2 } },
  'with an object of an empty key': { a: { '': 1 }, b: 2 },
  'with an empty key in an array': { list: [{ '': 1, b: 2 }] },
  'with an empty key in an array in an array': { list: [[{ '': 1, b: 2 }]] },
  'with a dot in a key': { 'a.b': 1 },
  'with text like a date': { born: '1980-07-28', at: TIME },
  'with numbers at their limits': { large: 1e300, precise: 0.1 + 0.2, id: 2 ** 53 },
  'with characters outside of ASCII': { name: 'Zoë 🎉', half: '\ud83d' },
  'with __proto__': JSON.parse('{"__proto__":{"a":1},"b":2}') as unknown,
  'with undefined': { a: undefined, b: 1 },
  'of undefined': { a: undefined },
  'of 900 levels': nest(900),
  'of 1,100 levels': nest(1100),
  'of 1,100 arrays': { list: nestArrays(1100) },
  'JSON as text': '{"a":1}'
}

function nest(levels: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < levels; level += 1) {
    value = { deeper: value }
  }
  return value
}

function nestArrays(levels: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < levels; level += 1) {
    value = [value]
  }
  return value
}

const NAMES: Members = {
  ...ODD,
  'with white space around it': ' Order Completed '
}

const NAMESPACES: Members = {
  ...ODD,
  'ortto.com': 'ortto.com',
  'ortto.com in upper case': 'Ortto.com',
  'ortto.com with white space': ' ortto.com ',
  'of another app': 'com.example.app'
}

const MODES: Members = {
  ...ODD,
  add: 'add',
  remove: 'remove',
  Add: 'Add',
  'add with white space': ' add ',
  'another word': 'toggle',
  'an @if that gives add': { '@if': { exists: { '@path': '$.userId' }, then: 'add', else: 'remove' } },
  'an @if that gives remove': { '@if': { exists: { '@path': '$.nowhere' }, then: 'add', else: 'remove' } },
  'an @if that gives nothing': { '@if': { exists: { '@path': '$.nowhere' }, then: 'add' } },
  'a path that leads nowhere': { '@path': '$.nowhere' }
}

const AUDIENCE = { audience_id: 'aud-1', audience_name: 'VIP' }

/** What was saved with a mapping that is connected to an audience. */
const HOOKS: { [name: string]: Mapping } = {
  'an audience': { onMappingSave: { inputs: { audience_name: 'VIP' }, outputs: AUDIENCE } },
  'an audience of Reverse ETL': { retlOnMappingSave: { inputs: { audience_name: 'VIP' }, outputs: AUDIENCE } },
  'two audiences': {
    onMappingSave: { inputs: {}, outputs: AUDIENCE },
    retlOnMappingSave: { inputs: {}, outputs: { audience_id: 'aud-2', audience_name: 'RETL' } }
  },
  'no outputs': { onMappingSave: { inputs: { audience_name: 'VIP' } } },
  'empty outputs': { onMappingSave: { inputs: {}, outputs: {} } },
  'an empty audience id': { onMappingSave: { inputs: {}, outputs: { audience_id: '', audience_name: '' } } },
  'a blank audience id': { onMappingSave: { inputs: {}, outputs: { audience_id: ' ', audience_name: 'VIP' } } },
  'a numeric audience id': { onMappingSave: { inputs: {}, outputs: { audience_id: 7, audience_name: 'VIP' } } }
}

const CONTROLS: { [name: string]: Mapping } = {
  'enable_batching false': { enable_batching: false },
  'enable_batching as text': { enable_batching: 'true' },
  'enable_batching absent': { enable_batching: undefined },
  'batch_size 1': { batch_size: 1 },
  'batch_size as text': { batch_size: '100' },
  'batch_size absent': { batch_size: undefined }
}

const API_KEYS: { [name: string]: string } = {
  'of another region': 'peu-q7Zk2wx9LmN4',
  'of staging': 'sau-q7Zk2wx9LmN4',
  'with white space around it': ` ${API_KEY}\n`,
  'with a line break': `${API_KEY}\nx`,
  'with a control character': `${API_KEY}\u0007x`,
  'with a space inside': 'pau-q7Zk 2wx9LmN4',
  'with a character outside of Latin-1': 'pau-q7Zk2wx9LmN4\u20ac',
  'without a hyphen': 'pauq7Zk2wx9LmN4',
  'without a secret': 'pau-',
  'of another environment': 'xau-q7Zk2wx9LmN4',
  'with a region in upper case': 'pAU-q7Zk2wx9LmN4',
  'that leads to another host': 'p@evil.example/#au-q7Zk2wx9LmN4',
  empty: '',
  blank: ' ',
  'of 200 characters': `pau-${'x'.repeat(196)}`,
  'of 201 characters': `pau-${'x'.repeat(197)}`
}

/** Every interesting value of every member, one at a time. */
export function samples(action: ActionName): Sample[] {
  const isTrack = action === 'trackActivity'
  return [
    { name: 'plain event', members: {} },
    ...each('user id', IDS, (userId) => ({ userId })),
    ...each('anonymous id', IDS, (anonymousId) => ({ anonymousId })),
    ...each('user id alone', IDS, (userId) => ({ userId, anonymousId: undefined })),
    ...each('anonymous id alone', IDS, (anonymousId) => ({ anonymousId, userId: undefined })),
    ...each('both ids', IDS, (id) => ({ userId: id, anonymousId: id })),
    ...each('message id', IDS, (id) => ({ messageId: id })),
    ...each('timestamp', TIMESTAMPS, (timestamp) => ({ timestamp })),
    ...each('IP address', IPS, (ip) => ({ context: { ip } })),
    ...each('traits', ATTRIBUTES, (traits) => ({ traits })),
    ...each('context.traits', ATTRIBUTES, (traits) => ({ traits: undefined, context: { traits } })),
    ...Object.entries(ADDRESSES).map(([name, { traits, context }]) => ({
      name: `address ${name}`,
      members: {
        traits: traits === undefined ? undefined : { address: traits },
        context: context === undefined ? {} : { traits: { address: context } }
      }
    })),
    ...(isTrack ? each('event name', NAMES, (name) => ({ event: name })) : []),
    ...(isTrack ? each('namespace', NAMESPACES, (namespace) => ({ context: { app: { namespace } } })) : []),
    ...(isTrack ? each('name of an activity from Ortto', NAMES, (name) => fromOrtto(name)) : []),
    ...(isTrack
      ? each('IP address of an activity from Ortto', { IPv6: '2001:db8::1' }, (ip) => fromOrtto('Opened', { ip }))
      : []),
    ...(isTrack ? each('properties', ATTRIBUTES, (properties) => ({ properties })) : []),
    ...Object.entries(CONTROLS).map(([name, mapping]) => ({ name, members: {}, mapping })),
    ...Object.entries(API_KEYS).map(([name, apiKey]) => ({ name: `API key ${name}`, members: {}, apiKey })),
    ...audienceSamples(isTrack)
  ]
}

function fromOrtto(event: unknown, context: Members = {}): Members {
  return { event, context: { app: { namespace: 'ortto.com' }, ...context } }
}

function each(what: string, values: Members, members: (value: unknown) => Members): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ name: `${what} ${name}`, members: members(value) }))
}

/** What an Engage audience or journey says in an event: the person entered, left, or neither. */
const MEMBERSHIPS: Members = { entered: true, left: false, neither: undefined }

function audienceSamples(isTrack: boolean): Sample[] {
  const connected = HOOKS['an audience']
  const personas = { computation_class: 'audience', computation_key: 'vip' }
  const ofAudience = (vip: unknown): Members => ({
    context: { personas },
    [isTrack ? 'properties' : 'traits']: { vip }
  })
  return [
    ...Object.entries(MODES).map(([name, mode]) => ({
      name: `audience mode ${name}`,
      members: {},
      mapping: { ...connected, audience_update_mode: mode }
    })),
    ...Object.entries(HOOKS).map(([name, hooks]) => ({ name: `mapping with ${name}`, members: {}, mapping: hooks })),
    ...['add', 'remove', 'follow_segment'].flatMap((mode) =>
      Object.entries(MEMBERSHIPS).map(([name, membership]) => ({
        name: `audience mode ${mode}, person ${name}`,
        members: ofAudience(membership),
        mapping: { ...connected, audience_update_mode: mode }
      }))
    ),
    {
      name: 'audience mode follow_segment without an audience',
      members: ofAudience(true),
      mapping: { audience_update_mode: 'follow_segment' }
    }
  ]
}
