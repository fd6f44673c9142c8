import { PayloadValidationError } from '@segment/actions-core'
import { deliverAlone, deliverTogether, detailsOf, orttoResponds, useNock } from './__helpers__/harness'

useNock()

describe('Track Activity', () => {
  it('sends an activity with its properties', async () => {
    const received = orttoResponds('trackActivity')
    await deliverAlone('trackActivity', {
      userId: 'lana.romeijn',
      anonymousId: undefined,
      event: 'Sign-in button clicked',
      timestamp: '2025-07-11T06:09:00Z',
      messageId: 'a5cbd0b6',
      properties: { action: 'sign-in-button-clicked', count: 3 }
    })

    expect(received.map(({ body }) => body)).toEqual([
      [
        {
          timestamp: '2025-07-11T06:09:00Z',
          message_id: 'a5cbd0b6',
          user_id: 'lana.romeijn',
          event: 'Sign-in button clicked',
          properties: { action: 'sign-in-button-clicked', count: 3 }
        }
      ]
    ])
  })

  it('sends the traits, the location and the IP address of the contact with it', async () => {
    const received = orttoResponds('trackActivity')
    const traits = { email: 'b@example.com', address: { city: 'Paris' } }
    await deliverTogether('trackActivity', [{ context: { ip: '::ffff:203.0.113.7', traits } }])

    expect(received[0].body[0]).toMatchObject({ traits, location: { city: 'Paris' }, ip: '203.0.113.7' })
    expect(received[0].body[0]).not.toHaveProperty('properties')
  })

  it('drops property members with an empty key', async () => {
    const received = orttoResponds('trackActivity')
    await deliverAlone('trackActivity', { properties: { '': 1, products: [{ '': 2, sku: 'x' }] } })

    expect(received[0].body[0].properties).toEqual({ products: [{ sku: 'x' }] })
  })

  it('says that it left out properties that are nested too deep', async () => {
    orttoResponds('trackActivity')
    const properties = { list: JSON.parse('['.repeat(1100) + ']'.repeat(1100)) as never }

    expect(await deliverTogether('trackActivity', [{ properties }])).toMatchObject([
      { status: 200, body: 'Processed by Ortto. Properties nested more than 1,000 levels deep were left out.' }
    ])
  })

  it('rejects an activity whose timestamp cannot be read, with the text that could not', async () => {
    const received = orttoResponds('trackActivity')
    const [rejected, delivered] = await deliverTogether('trackActivity', [{ timestamp: '2025-02-30' }, {}])

    expect(rejected).toEqual({
      status: 400,
      errortype: 'PAYLOAD_VALIDATION_FAILED',
      errormessage: expect.stringMatching(/"2025-02-30" cannot be read.* Send a date and time in ISO 8601/) as string,
      errorreporter: 'INTEGRATIONS'
    })
    expect(delivered.status).toBe(200)
    expect(received[0].body).toHaveLength(1)
    await expect(deliverAlone('trackActivity', { timestamp: '2025-02-30' })).rejects.toThrow(PayloadValidationError)
  })

  it.each(['', '   '])('rejects an activity whose event name is %j', async (name) => {
    const received = orttoResponds('trackActivity')
    const [rejected] = await deliverTogether('trackActivity', [{ event: name }])

    expect(rejected).toMatchObject({
      status: 400,
      errortype: 'PAYLOAD_VALIDATION_FAILED',
      errorreporter: 'INTEGRATIONS'
    })
    expect(rejected.errormessage).toContain('Event name')
    expect(received).toHaveLength(0)
  })

  it('delivers an activity without a timestamp', async () => {
    const received = orttoResponds('trackActivity')
    const [result] = await deliverTogether('trackActivity', [{ timestamp: ' ' }])

    expect(result.status).toBe(200)
    expect(received[0].body[0]).not.toHaveProperty('timestamp')
  })

  it('gives each rejection its code', async () => {
    orttoResponds('trackActivity')
    const events = [{ event: ' ' }, { timestamp: 'never' }, { context: { app: { namespace: 'ortto.com' } } }]

    expect((await detailsOf('trackActivity', events)).map((details) => details?.code)).toEqual([
      'missing_event_name',
      'unreadable_timestamp',
      'came_from_ortto'
    ])
  })

  it('sends the namespace of the app that it came from', async () => {
    const received = orttoResponds('trackActivity')
    await deliverTogether('trackActivity', [
      { context: { app: { namespace: 'com.example.shop' } } },
      { context: { app: { namespace: ' ' } } }
    ])

    expect(received[0].body.map(({ namespace }) => namespace)).toEqual(['com.example.shop', undefined])
  })

  describe('when the activity came from Ortto', () => {
    const fromOrtto = { context: { app: { namespace: 'ortto.com' } } }

    it('ignores it as a success', async () => {
      const received = orttoResponds('trackActivity')
      const results = await deliverTogether('trackActivity', [fromOrtto, { userId: 'u2' }])

      expect(results[0]).toMatchObject({ status: 200, body: expect.stringContaining('came from Ortto') as string })
      expect(results[0].sent).toEqual({})
      expect(results[1].status).toBe(200)
      expect(received.map(({ body }) => body.map(({ user_id }) => user_id))).toEqual([['u2']])
      await expect(deliverAlone('trackActivity', fromOrtto)).resolves.toBeUndefined()
      expect(received).toHaveLength(1)
    })

    it('does so before all else', async () => {
      const broken = { ...fromOrtto, userId: '', anonymousId: '', timestamp: 'never' }

      expect(await deliverTogether('trackActivity', [broken], {}, { api_key: 'malformed' })).toMatchObject([
        { status: 200 }
      ])
    })
  })
})
