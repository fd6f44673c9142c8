import { deliverAlone, deliverTogether, orttoResponds, useNock } from './__helpers__/harness'

useNock()

describe('Upsert Contact', () => {
  it('sends a contact with all that the event says about it', async () => {
    const received = orttoResponds('upsertContact')
    await deliverAlone('upsertContact', {
      type: 'identify',
      userId: 'lana.romeijn',
      anonymousId: '507f191e810c19729de860ea',
      timestamp: '2025-07-10T06:09:00Z',
      messageId: '3e9a7f45',
      context: { ip: '203.0.113.7' },
      traits: {
        email: 'lana.romeijn@example.org',
        active: true,
        address: { country: 'Australia', state: 'NSW', city: 'Sydney', postal_code: '2000', street: '1 Main St' }
      }
    })

    expect(received).toHaveLength(1)
    expect(received[0].headers).toMatchObject({
      authorization: 'Bearer pau-key',
      'content-type': 'application/json',
      'user-agent': 'Segment (Actions)'
    })
    expect(received[0].body).toEqual([
      {
        timestamp: '2025-07-10T06:09:00Z',
        message_id: '3e9a7f45',
        user_id: 'lana.romeijn',
        anonymous_id: '507f191e810c19729de860ea',
        ip: '203.0.113.7',
        location: { country: 'Australia', state: 'NSW', city: 'Sydney', post_code: '2000' },
        traits: {
          email: 'lana.romeijn@example.org',
          active: true,
          address: { country: 'Australia', state: 'NSW', city: 'Sydney', postal_code: '2000', street: '1 Main St' }
        }
      }
    ])
  })

  it('sends a batch in one request, and nothing of the framework or that is empty', async () => {
    const received = orttoResponds('upsertContact')
    const results = await deliverTogether('upsertContact', [
      { userId: 'u1', anonymousId: '', messageId: '', timestamp: '', traits: {} },
      { userId: '', anonymousId: 'a2', traits: { address: { city: '', country: ' ' } } }
    ])

    expect(received.map(({ body }) => body)).toEqual([
      [
        { user_id: 'u1' },
        {
          anonymous_id: 'a2',
          message_id: 'm1',
          timestamp: '2026-01-05T01:02:03.456Z',
          traits: { address: { city: '', country: ' ' } }
        }
      ]
    ])
    expect(results.map(({ status }) => status)).toEqual([200, 200])
  })

  it('turns ids and parts of a location that are numbers into text', async () => {
    const received = orttoResponds('upsertContact')
    await deliverTogether('upsertContact', [
      { userId: 42 as unknown as string, traits: { address: { city: 12, postal_code: 75001 } } }
    ])

    expect(received[0].body[0]).toMatchObject({ user_id: '42', location: { city: '12', post_code: '75001' } })
  })

  it('sends ids as given when they are not blank', async () => {
    const received = orttoResponds('upsertContact')
    await deliverTogether('upsertContact', [{ userId: ' u1 ', anonymousId: '  ' }])

    expect(received[0].body[0].user_id).toBe(' u1 ')
    expect(received[0].body[0]).not.toHaveProperty('anonymous_id')
  })

  describe('takes the location', () => {
    const locationOf = async (members: Parameters<typeof deliverAlone>[1]) => {
      const received = orttoResponds('upsertContact')
      await deliverAlone('upsertContact', members)
      return received[0].body[0].location
    }

    it("from the traits, with the Segment spec's name for the post code", async () => {
      const address = { city: 'Paris', postalCode: '75001', postal_code: null }

      expect(await locationOf({ traits: { address } })).toEqual({ city: 'Paris', post_code: '75001' })
    })

    it('with the name for the post code that the live destination reads, when both are there', async () => {
      expect(await locationOf({ traits: { address: { postalCode: '', postal_code: '3000' } } })).toEqual({
        post_code: '3000'
      })
    })

    it('from context.traits when the traits have no address', async () => {
      const address = { city: 'Lyon', postal_code: '69001' }

      expect(await locationOf({ traits: { a: 1 }, context: { traits: { address } } })).toEqual({
        city: 'Lyon',
        post_code: '69001'
      })
    })

    it('from one address only, never from parts of two', async () => {
      const context = { traits: { address: { city: 'Sydney', country: 'Australia', postalCode: '2000' } } }

      expect(await locationOf({ traits: { address: { city: 'Paris' } }, context })).toEqual({ city: 'Paris' })
    })
  })

  it('takes the traits from context.traits when the event has none', async () => {
    const received = orttoResponds('upsertContact')
    await deliverAlone('upsertContact', { context: { traits: { email: 'b@example.com' } } })

    expect(received[0].body[0].traits).toEqual({ email: 'b@example.com' })
  })

  it('drops trait members with an empty key, and keeps all values', async () => {
    const received = orttoResponds('upsertContact')
    const traits = { '': 1, nothing: null, empty: '', zero: 0, object: {}, list: [{ '': 2, k: [] }] }
    await deliverAlone('upsertContact', { traits })

    expect(received[0].body[0].traits).toEqual({ nothing: null, empty: '', zero: 0, object: {}, list: [{ k: [] }] })
  })

  it.each(['2001:db8::1', '0.0.0.0', '::', 'unknown', ''])(
    'leaves the IP address %j out and delivers the contact',
    async (ip) => {
      const received = orttoResponds('upsertContact')
      const results = await deliverTogether('upsertContact', [{ context: { ip } }])

      expect(received[0].body[0]).not.toHaveProperty('ip')
      expect(results[0].status).toBe(200)
    }
  )

  it.each(['yesterday', '2025-02-30'])('leaves the timestamp %j out and delivers the contact', async (timestamp) => {
    const received = orttoResponds('upsertContact')
    const results = await deliverTogether('upsertContact', [{ timestamp }])

    expect(received[0].body[0]).not.toHaveProperty('timestamp')
    expect(results[0]).toMatchObject({
      status: 200,
      body: 'Processed by Ortto. The Timestamp was left out: it cannot be read.'
    })
  })

  it('sends a timestamp in seconds, as a number, in ISO 8601', async () => {
    const received = orttoResponds('upsertContact')
    await deliverAlone('upsertContact', { timestamp: 1720591740 as unknown as string })

    expect(received[0].body[0].timestamp).toBe('2024-07-10T06:09:00.000Z')
  })
})
