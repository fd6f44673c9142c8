import type { ReadItem } from '../read/read-events'
import { deliverTo, deliverToSandbox, readLines, took } from './harness'

/** The event of one line, as it is delivered, and what was repaired in it. */
async function normalize(event: object): Promise<{ event: Record<string, unknown>; notices?: readonly string[] }> {
  const raw = JSON.stringify(event)
  const [item] = await readLines(raw)
  if ('problem' in item) {
    throw new Error(item.problem.message)
  }
  // What is recorded is what came.
  expect(item.raw).toBe(raw)
  return { event: { ...item.event }, notices: item.notices }
}

async function* only(items: ReadItem[]) {
  yield await Promise.resolve(items)
}

/** What Ortto gets for lines, by path, and the reports. */
async function deliverLines(...lines: string[]) {
  const sent: { path: string; [key: string]: unknown }[] = []
  const record = (path: string, items: object[]) => {
    sent.push(...items.map((item) => ({ path, ...item })))
    return took()
  }
  return { ...(await deliverTo(record, only(await readLines(...lines)))), sent }
}

const TIME = '2026-11-20T10:00:00Z'
const track = (members: object) => ({
  type: 'track',
  userId: 'u1',
  event: 'Order completed',
  messageId: 'm1',
  ...members
})
const identify = (members: object) => ({ type: 'identify', userId: 'u1', messageId: 'i1', timestamp: TIME, ...members })

describe('an event without a timestamp', () => {
  const original = { originalTimestamp: '2025-05-25T18:37:10.917Z' }

  it.each([
    [
      'calculated from the three times of the pipeline',
      { ...original, sentAt: '2025-05-25T18:37:20.000Z', receivedAt: '2025-05-25T18:47:20.000Z' },
      '2025-05-25T18:47:10.917Z',
      'corrected_timestamp'
    ],
    ['originalTimestamp', { ...original, sentAt: 'yesterday' }, '2025-05-25T18:37:10.917Z', 'original_timestamp'],
    ['originalTimestamp', { ...original, timestamp: 'now' }, '2025-05-25T18:37:10.917Z', 'original_timestamp'],
    ['receivedAt', { receivedAt: TIME, sentAt: TIME, timestamp: null }, TIME, 'received_at']
  ])('gets one: %s', async (_, times, timestamp, notice) => {
    const { event, notices } = await normalize(track(times))

    expect(event).toEqual({ ...track(times), timestamp })
    expect(notices).toEqual([notice])
  })

  it('is told when it has no time at all, unless it is a contact, which Ortto does not date', async () => {
    expect((await normalize(track({}))).notices).toEqual(['no_timestamp'])
    expect((await normalize(track({ timestamp: ' ' }))).notices).toEqual(['no_timestamp'])
    expect((await normalize({ type: 'identify', userId: 'u1' })).notices).toBeUndefined()
  })

  it('is left to the destination when its only time cannot be read', async () => {
    const event = track({ timestamp: 'yesterday' })

    expect(await normalize(event)).toEqual({ event, notices: undefined })
  })

  it('keeps a timestamp that can be read, in whatever form', async () => {
    for (const timestamp of [TIME, '2025-05-25', 1748198230917]) {
      const event = track({ timestamp, ...original })
      expect(await normalize(event)).toEqual({ event, notices: undefined })
    }
  })
})

describe('an empty value in the place of an object', () => {
  it.each([
    [
      { properties: [], context: { library: { name: 'analytics-php' } } },
      { context: { library: { name: 'analytics-php' } } }
    ],
    [
      { properties: { total: 1 }, context: { traits: [] } },
      { properties: { total: 1 }, context: {} }
    ],
    [{ properties: '', context: [] }, {}],
    [{ properties: [], traits: [], integrations: [] }, {}],
    [{ traits: { plan: 'trial', address: [] } }, { traits: { plan: 'trial' } }],
    [{ context: { traits: { plan: 'trial', address: '' } } }, { context: { traits: { plan: 'trial' } } }]
  ])('counts as absent: %j', async (members, left) => {
    const { event, notices } = await normalize(track({ timestamp: TIME, ...members }))

    expect(event).toEqual(track({ timestamp: TIME, ...left }))
    expect(notices).toEqual(['empty_value'])
  })

  it('costs no event', async () => {
    const members = [
      { properties: [], context: { library: { name: 'analytics-php' } } },
      { properties: { total: 1 }, context: { traits: [] } },
      { properties: '', context: [] },
      { properties: null },
      { properties: [], traits: [] }
    ]
    const lines = [identify({ traits: [] }), ...members.map((one) => track({ timestamp: TIME, ...one }))]
    const { statuses } = await deliverLines(...lines.map((line) => JSON.stringify(line)))

    expect(statuses).toEqual(lines.map(() => 200))
  })
})

describe('traits and addresses', () => {
  const known = { firstName: 'Ann', email: 'ann@example.org' }

  it('are those of the context when they are empty', async () => {
    const { event, notices } = await normalize(identify({ traits: {}, context: { traits: known } }))

    expect(event).toEqual(identify({ context: { traits: known } }))
    expect(notices).toEqual(['context_traits'])
    expect(await normalize(identify({ traits: {}, context: { traits: {} } }))).toMatchObject({ notices: undefined })
  })

  it('are those of the context when the address is empty', async () => {
    const traits = { ...known, address: { city: 'Perth' } }
    const { event, notices } = await normalize(
      identify({ traits: { plan: 'trial', address: { city: null } }, context: { traits } })
    )

    expect(event).toEqual(identify({ traits: { plan: 'trial' }, context: { traits } }))
    expect(notices).toEqual(['context_address'])
  })

  it("have RudderStack's postal code", async () => {
    const { sent, reports } = await deliverLines(
      JSON.stringify(identify({ context: { traits: { address: { city: 'Perth', postalcode: '6000' } } } }))
    )

    expect(sent[0].location).toEqual({ city: 'Perth', post_code: '6000' })
    expect(reports[0].notices).toEqual(['postal_code'])
  })

  it('are delivered without the parts of an address that are objects', async () => {
    const address = { city: { name: 'Perth' }, state: ['WA'], country: 'AU' }
    const { sent, reports, statuses } = await deliverLines(
      JSON.stringify(identify({ traits: { firstName: 'A7', address } }))
    )

    expect(statuses).toEqual([200])
    expect(sent).toMatchObject([{ location: { country: 'AU' }, traits: { firstName: 'A7' } }])
    expect(reports[0].notices).toEqual(['address_part'])
  })

  it.each([
    ['12 Main St, Perth', undefined],
    [null, undefined],
    [[], undefined],
    [['Perth'], undefined],
    [{}, undefined],
    [
      { postalCode: 6000, city: 'Perth' },
      { post_code: '6000', city: 'Perth' }
    ],
    [{ city: null, country: 'AU' }, { country: 'AU' }],
    [{ city: { name: 'Perth' } }, undefined],
    [
      { street: '1', city: 'Perth', postal_code: '6000' },
      { city: 'Perth', post_code: '6000' }
    ],
    [{ zip: '6000' }, undefined],
    [[{ city: 'Perth' }], undefined]
  ])('are delivered with any address: %j', async (address, location) => {
    const { sent, statuses } = await deliverLines(JSON.stringify(identify({ traits: { firstName: 'A', address } })))

    expect(statuses).toEqual([200])
    expect(sent).toMatchObject([{ user_id: 'u1', traits: { firstName: 'A' } }])
    expect(sent[0].location).toEqual(location)
  })
})

describe("RudderStack's request_ip", () => {
  const ip = '203.0.113.75'

  it.each([
    [{ context: { traits: { firstName: 'Ann' } } }, { context: { traits: { firstName: 'Ann' }, ip } }],
    [{ context: { ip: '' } }, { context: { ip } }],
    [{}, { context: { ip } }]
  ])("is the event's address when it has none: %j", async (members, expected) => {
    const { event, notices } = await normalize(identify({ request_ip: ip, ...members }))

    expect(event).toEqual(identify({ request_ip: ip, ...expected }))
    expect(notices).toEqual(['request_ip'])
  })

  it('does not replace the address of the context', async () => {
    const event = identify({ request_ip: ip, context: { ip: '203.0.113.7' } })

    expect(await normalize(event)).toEqual({ event, notices: undefined })
  })
})

describe('numbers beyond 2^53', () => {
  it('keep every digit on the wire, and tell users apart', async () => {
    const line = (id: string) =>
      `{"type":"identify","userId":${id},"anonymousId":-${id},"timestamp":"${TIME}","traits":{"firstName":"A","account":${id},"list":[${id}]}}`
    const ids = ['7234567890123456781', '7234567890123456782']
    const { sent, reports } = await deliverLines(...ids.map(line))

    expect(sent).toMatchObject(
      ids.map((id) => ({
        user_id: id,
        anonymous_id: `-${id}`,
        traits: { firstName: 'A', account: id, list: [id] }
      }))
    )
    expect(reports.map(({ notices }) => notices)).toEqual([['large_number'], ['large_number']])
    expect(reports.map(({ raw }) => raw)).toEqual(ids.map(line))
  })

  it('make two contacts of two people', async () => {
    const lines = ['7234567890123456781', '7234567890123456782'].map(
      (id) => `{"type":"identify","userId":${id},"timestamp":"${TIME}","traits":{"name":"Ann"}}`
    )
    const items = await readLines(...lines)
    const { account } = await deliverToSandbox(items.map((item) => item.event ?? {}))

    expect(account.contacts.count).toBe(2)
  })
})
