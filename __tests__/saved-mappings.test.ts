import { createTestIntegration } from '@segment/actions-core'
import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import { parseFql, validate } from '@segment/destination-subscriptions'
import destination from '../src'
import { orttoResponds, SETTINGS, useNock } from './__helpers__/harness'
import type { ActionName, Node } from './__helpers__/harness'

useNock()

const AUDIENCE = { inputs: { audience_name: 'VIP' }, outputs: { audience_id: 'aud-1', audience_name: 'VIP' } }

/** Delivers an event alone, and a batch of events, with a mapping just as it was saved. */
async function deliverAsSaved(action: ActionName, mapping: JSONObject, events: SegmentEvent[]): Promise<Node[]> {
  await createTestIntegration(destination).testAction(action, { event: events[0], mapping, settings: SETTINGS })
  const integration = createTestIntegration(destination)
  await integration.testBatchAction(action, { events, mapping, settings: SETTINGS })
  return integration.results[0].multistatus ?? []
}

describe('a mapping that was saved with the action key of the earlier destination', () => {
  const either = (path: string) => ({
    '@if': {
      exists: { '@path': `$.traits${path}` },
      then: { '@path': `$.traits${path}` },
      else: { '@path': `$.context.traits${path}` }
    }
  })
  /** What the earlier destination's preset saved. */
  const saved: JSONObject = {
    timestamp: { '@path': '$.timestamp' },
    message_id: { '@path': '$.messageId' },
    user_id: { '@path': '$.userId' },
    anonymous_id: { '@path': '$.anonymousId' },
    enable_batching: true,
    ip: { '@path': '$.context.ip' },
    location: {
      country: either('.address.country'),
      state: either('.address.state'),
      city: either('.address.city'),
      post_code: either('.address.postal_code')
    },
    traits: either(''),
    audience_update_mode: 'add',
    batch_size: 500
  }
  const identify = (userId: string): SegmentEvent => ({
    type: 'identify',
    userId,
    anonymousId: 'a1',
    messageId: `m-${userId}`,
    timestamp: '2026-01-05T01:02:03.456Z',
    context: { ip: '203.0.113.7' },
    traits: { email: `${userId}@example.com`, address: { city: 'Sydney', postal_code: '2000' } }
  })
  const item = (user_id: string) => ({
    timestamp: '2026-01-05T01:02:03.456Z',
    message_id: `m-${user_id}`,
    user_id,
    anonymous_id: 'a1',
    ip: '203.0.113.7',
    location: { city: 'Sydney', post_code: '2000' },
    traits: { email: `${user_id}@example.com`, address: { city: 'Sydney', postal_code: '2000' } }
  })

  it('is delivered, alone and in a batch', async () => {
    const received = orttoResponds('upsertContactProfile')
    const results = await deliverAsSaved('upsertContactProfile', saved, [identify('u1'), identify('u2')])

    expect(received.map(({ body }) => body)).toEqual([[item('u1')], [item('u1'), item('u2')]])
    expect(results.map(({ status }) => status)).toEqual([200, 200])
  })

  it('keeps its audience', async () => {
    const received = orttoResponds('upsertContactProfile')
    await deliverAsSaved('upsertContactProfile', { ...saved, onMappingSave: AUDIENCE }, [identify('u1')])

    expect(received[1].body[0].audience).toEqual({ mode: 'add', id: 'aud-1' })
  })
})

describe('the two mappings that keep an audience equal to a model of a warehouse', () => {
  const fields: JSONObject = {
    user_id: { '@path': '$.properties.id' },
    traits: { email: { '@path': '$.properties.email' } },
    retlOnMappingSave: AUDIENCE
  }
  const mappings = [
    { subscribe: 'event = "new" or event = "updated"', mapping: { ...fields, audience_update_mode: 'add' } },
    { subscribe: 'event = "deleted"', mapping: { ...fields, audience_update_mode: 'remove' } }
  ]
  /** A row of the model as Segment hands it over. */
  const row = (event: string, id: string): SegmentEvent => ({
    type: 'track',
    event,
    messageId: `row-${id}`,
    timestamp: '2026-01-05T01:02:03.456Z',
    properties: { id, email: `${id}@example.com` }
  })
  const rows = [row('new', 'u1'), row('updated', 'u2'), row('deleted', 'u3')]

  it('add the new and updated rows, and remove the deleted ones', async () => {
    const received = orttoResponds('upsertContact')
    for (const { subscribe, mapping } of mappings) {
      const matching = rows.filter((event) => validate(parseFql(subscribe), event))
      expect(await deliverAsSaved('upsertContact', mapping, matching)).toMatchObject(
        matching.map(() => ({ status: 200 }))
      )
    }

    const contact = (id: string, mode: string) => ({
      user_id: id,
      traits: { email: `${id}@example.com` },
      audience: { mode, id: 'aud-1' }
    })
    expect(received.map(({ body }) => body)).toEqual([
      [contact('u1', 'add')],
      [contact('u1', 'add'), contact('u2', 'add')],
      [contact('u3', 'remove')],
      [contact('u3', 'remove')]
    ])
  })

  it("can't be one that follows Segment: its results say that rows do not tell who entered or left", async () => {
    const received = orttoResponds('upsertContact')
    const mapping = { ...fields, audience_update_mode: 'follow_segment' }
    const results = await deliverAsSaved('upsertContact', mapping, rows)

    expect(received[1].body.map(({ audience }) => audience)).toEqual([undefined, undefined, undefined])
    expect(results.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(results[2].body).toBe(
      'Processed by Ortto. The audience was not changed: ' +
        'the row of a warehouse does not tell who entered or left it. Use the modes Add and Remove.'
    )
  })
})
