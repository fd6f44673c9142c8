import {
  APIError,
  createRequestClient,
  InvalidAuthenticationError,
  PayloadValidationError
} from '@segment/actions-core'
import type { MultiStatusResponse } from '@segment/actions-core'
import nock from 'nock'
import destination from '../src'
import { isRetryable, RESULT_DETAILS } from '../src/results'
import {
  API_KEY,
  deliverAlone,
  deliverTogether,
  detailsOf,
  ORTTO,
  orttoResponds,
  PATHS,
  SETTINGS,
  useNock
} from './__helpers__/harness'
import type { ActionName, Node } from './__helpers__/harness'

useNock()

const ACTIONS: ActionName[] = ['upsertContact', 'trackActivity']
const NOBODY = { userId: undefined, anonymousId: undefined }

/** A response that says this of the first item. */
const firstItem = (status: number, message: string) => ({ errors: [{ status, message, index: 0 }] })

describe.each(ACTIONS)('%s', (action) => {
  /** Two events that are sent, with one between them that is rejected here. */
  const deliverThree = () => deliverTogether(action, [{ userId: 'u1' }, NOBODY, { userId: 'u3' }])

  /** What an event that comes alone throws. */
  const thrownBy = async (members = {}, settings?: { api_key: string }): Promise<unknown> =>
    deliverAlone(action, members, {}, settings).then(
      () => 'nothing',
      (error: unknown) => error
    )

  const rejectedHere: Node = {
    status: 400,
    errortype: 'PAYLOAD_VALIDATION_FAILED',
    errormessage:
      'This event has neither a User ID nor an Anonymous ID, so Ortto cannot tell whose it is. Map at least one of the two.',
    errorreporter: 'INTEGRATIONS'
  }

  /** What a failure of the whole request comes to: for the events that were sent, alone and together. */
  async function expectFailure(status: number, message: string, errortype: string): Promise<void> {
    const failed = (userId: string) => ({
      status,
      errortype,
      errormessage: expect.stringContaining(message) as string,
      errorreporter: 'DESTINATION',
      sent: expect.objectContaining({ user_id: userId }) as object
    })
    expect(await deliverThree()).toEqual([failed('u1'), rejectedHere, failed('u3')])

    const error = await thrownBy()
    expect(error).toBeInstanceOf(status === 401 ? InvalidAuthenticationError : APIError)
    expect(error).toMatchObject({ status, message: expect.stringContaining(message) as string })
  }

  it('rejects an event with neither id, and blames nobody else', async () => {
    const received = orttoResponds(action)

    expect(await deliverTogether(action, [NOBODY])).toEqual([rejectedHere])
    const error = await thrownBy(NOBODY)
    expect(error).toBeInstanceOf(PayloadValidationError)
    expect(error).toMatchObject({ message: rejectedHere.errormessage })
    expect(received).toHaveLength(0)
  })

  it.each(['', ' \t'])('takes blank ids for none: %j', async (blank) => {
    expect(await deliverTogether(action, [{ userId: blank, anonymousId: blank }])).toEqual([rejectedHere])
  })

  it('makes no request with a malformed API key, and says where to find the right one', async () => {
    const received = orttoResponds(action)
    const settings = { api_key: 'secret\nstuff' }
    const refused = {
      status: 401,
      errortype: 'INVALID_AUTHENTICATION',
      errormessage: expect.stringContaining('CDP > Data Sources') as string,
      errorreporter: 'INTEGRATIONS'
    }

    expect(await deliverTogether(action, [{}, NOBODY], {}, settings)).toEqual([refused, rejectedHere])
    const error = await thrownBy({}, settings)
    expect(error).toBeInstanceOf(InvalidAuthenticationError)
    expect(error).toMatchObject({ status: 401, message: refused.errormessage })
    expect(received).toHaveLength(0)
  })

  it('reports each event that Ortto processed', async () => {
    const received = orttoResponds(action)
    const results = await deliverThree()

    expect(results[0]).toMatchObject({ status: 200, body: 'Processed by Ortto.', sent: { user_id: 'u1' } })
    expect(results[1]).toEqual(rejectedHere)
    expect(results[2]).toMatchObject({ status: 200, sent: { user_id: 'u3' } })
    expect(received).toHaveLength(1)
    await expect(deliverAlone(action)).resolves.toBeUndefined()
  })

  it('gives each event what Ortto says of it, in its own place', async () => {
    orttoResponds(action, 207, { errors: [{ status: 422, message: 'No mappings configured', index: 1 }] })

    expect(await deliverThree()).toMatchObject([
      { status: 200, sent: { user_id: 'u1' } },
      rejectedHere,
      {
        status: 422,
        errortype: 'UNPROCESSABLE_ENTITY',
        errormessage: 'No mappings configured',
        errorreporter: 'DESTINATION',
        sent: { user_id: 'u3' }
      }
    ])
  })

  it('takes a partial success for a success, with the message of Ortto', async () => {
    orttoResponds(action, 207, firstItem(206, 'Queued, contact not stored'))

    expect(await deliverTogether(action, [{}])).toMatchObject([{ status: 206, body: 'Queued, contact not stored' }])
    await expect(deliverAlone(action)).resolves.toBeUndefined()
  })

  it.each([400, 401, 422, 429, 500])('throws for a single event that Ortto refuses with %i', async (status) => {
    orttoResponds(action, 207, firstItem(status, 'No, because.'))

    const error = await thrownBy()
    expect(error).toBeInstanceOf(status === 401 ? InvalidAuthenticationError : APIError)
    expect(error).toMatchObject({ status, message: 'No, because.' })
  })

  it.each([
    [400, 'BAD_REQUEST'],
    [401, 'INVALID_AUTHENTICATION'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [429, 'TOO_MANY_REQUESTS'],
    [500, 'INTERNAL_SERVER_ERROR'],
    [503, 'SERVICE_UNAVAILABLE'],
    [520, 'UNKNOWN_ERROR'],
    [599, 'UNKNOWN_ERROR']
  ])('gives the events that were sent the status %i of the whole request', async (status, errortype) => {
    orttoResponds(action, status, { message: 'Come back later' })

    await expectFailure(status, 'Come back later', errortype)
  })

  it('has words for a response that has none', async () => {
    orttoResponds(action, 503, '')

    await expectFailure(503, 'Ortto responded with 503, without a reason.', 'SERVICE_UNAVAILABLE')
  })

  it('makes nothing of a status that has no meaning', async () => {
    orttoResponds(action, 999, '')

    await expectFailure(502, 'status 999', 'BAD_GATEWAY')
  })

  it.each([301, 302, 307, 304])('does not follow a redirect: %i', async (status) => {
    orttoResponds(action, status, '', { location: `${ORTTO}/v1/me` })
    nock(ORTTO).get('/v1/me').reply(200, {}).persist()

    await expectFailure(502, `status ${status}`, 'BAD_GATEWAY')
  })

  it.each(['<html>OK</html>', 'null', '{"errors":[{"status":400}]}'])(
    'reports no success for a 2xx response that confirms none: %s',
    async (response) => {
      orttoResponds(action, 200, response)

      await expectFailure(502, 'it is not known whether this event was processed', 'BAD_GATEWAY')
    }
  )

  it('accepts an empty body whose end is marked as a confirmation of every event, and no other', async () => {
    orttoResponds(action, 200, '', { 'content-length': '0' })
    expect(await deliverThree()).toMatchObject([{ status: 200 }, rejectedHere, { status: 200 }])
    nock.cleanAll()

    orttoResponds(action, 200, '')
    await expectFailure(502, 'is empty and may have been cut off', 'BAD_GATEWAY')
  })

  it('reads a response whatever its content type', async () => {
    orttoResponds(action, 207, JSON.stringify(firstItem(422, 'Old')), { 'content-type': 'text/plain' })

    expect(await deliverTogether(action, [{}])).toMatchObject([{ status: 422, errormessage: 'Old' }])
  })

  it('reports a connection that failed', async () => {
    nock(ORTTO)
      .post(PATHS[action])
      .replyWithError(Object.assign(new Error('boom'), { code: 'ECONNRESET' }))
      .persist()

    await expectFailure(503, 'the connection broke', 'SERVICE_UNAVAILABLE')
  })

  it('masks the API key and keeps messages short', async () => {
    orttoResponds(action, 401, { message: `Unknown key ${API_KEY}! ${'x'.repeat(1000)}` })
    const results = await deliverTogether(action, [{}])

    expect(results[0].errormessage).toMatch(/^Unknown key \*\*\*! x+…$/)
    expect(results[0].errormessage).toHaveLength(500)
    expect(JSON.stringify(results)).not.toContain(API_KEY)
    expect(String(await thrownBy())).not.toContain(API_KEY)
  })

  it.each([
    ['pau-"\\', '<p>"key": "pau-\\"\\\\"</p>', '"key": "***"'],
    ['pau-a&b', '["pau-a\\u0026b"]', '["***"]'],
    ['pau-secret"secret', '{"errors":["no account for secret\\"secret"', 'no account for ***'],
    ['pau-secret&secret', '<p>pau-secret&amp;secret and &#x73;ecret&#038;secret</p>', '*** and ***'],
    ['pau-secret+secret', '<a href="?key=pau-secret%2Bsecret">', '?key=***"'],
    ['pau-01234567', 'no account for 01234567', 'no account for ***']
  ])('masks the API key %s in whatever form it comes back', async (api_key, response, masked) => {
    orttoResponds(action, 200, response)
    const [result] = await deliverTogether(action, [{}], {}, { api_key })

    expect(result.errormessage).toContain(masked)
  })

  it('cuts no character in half', async () => {
    orttoResponds(action, 400, { message: '😀'.repeat(300) })
    const [result] = await deliverTogether(action, [{}])

    expect(result.errormessage).toBe(`${'😀'.repeat(249)}…`)
  })

  describe('when Ortto says that the request is too large', () => {
    /** Ortto takes bodies of so many items at most, and refuses the item of `bad` for a reason of its own. */
    const orttoTakes = (limit: number, bad = 'nobody') =>
      orttoResponds(action, 200, (items) => {
        if (items.length > limit) {
          return [413, { message: 'Too large' }]
        }
        const errors = items.flatMap(({ user_id }, index) =>
          user_id === bad ? [{ status: 422, message: bad, index }] : []
        )
        return [errors.length > 0 ? 207 : 200, { errors }]
      })
    const users = (count: number) => Array.from({ length: count }, (_, index) => ({ userId: `u${index}` }))

    it('sends halves until they fit, in the order of the events', async () => {
      const received = orttoTakes(2, 'u4')
      const results = await deliverTogether(action, users(7))

      expect(results.map(({ status }) => status)).toEqual([200, 200, 200, 200, 422, 200, 200])
      const taken = received.map(({ body }) => body.map(({ user_id }) => user_id)).filter(({ length }) => length <= 2)
      expect(taken).toEqual([['u0', 'u1'], ['u2', 'u3'], ['u4', 'u5'], ['u6']])
    })

    it('fails an event that is too large alone, and it alone', async () => {
      orttoResponds(action, 200, (items) =>
        items.some(({ user_id }) => user_id === 'u1') ? [413, { message: 'Too large' }] : [200, {}]
      )
      const results = await deliverTogether(action, users(4))

      expect(results.map(({ status }) => status)).toEqual([200, 413, 200, 200])
      expect(results[1]).toMatchObject({ errortype: 'PAYLOAD_TOO_LARGE', errormessage: 'Too large' })
      expect(await thrownBy({ userId: 'u1' })).toMatchObject({ status: 413, message: 'Too large' })
    })

    it('lets another failure end the half that it concerns', async () => {
      orttoResponds(action, 200, (items) =>
        items.length > 2 ? [413, ''] : items[0].user_id === 'u0' ? [503, 'down'] : [200, {}]
      )
      const results = await deliverTogether(action, users(4))

      expect(results.map(({ status }) => status)).toEqual([503, 503, 200, 200])
    })
  })

  it('loses no event because another one cannot be written as JSON', async () => {
    const received = orttoResponds(action)
    const payload = ['u1', 'u2', 'u3'].map((user_id) => ({
      user_id,
      event: 'Order Completed',
      traits: user_id === 'u2' ? { value: new Unwritable() } : { value: 1 }
    }))
    // Past the framework's mapping, which would turn the value into a plain object.
    const response = (await destination.actions[action].performBatch?.(createRequestClient(), {
      settings: SETTINGS,
      payload
    })) as MultiStatusResponse
    const [before, refused, after] = response.getAllResponses().map((result) => result.value())

    expect([before.status, after.status]).toEqual([200, 200])
    expect(refused).toMatchObject({
      status: 413,
      errortype: 'PAYLOAD_TOO_LARGE',
      errormessage: expect.stringContaining('no JSON of this') as string
    })
    expect(refused.sent).toBeUndefined()
    expect(received.flatMap(({ body }) => body.map(({ user_id }) => user_id))).toEqual(['u1', 'u3'])
  })

  it('says what it left out of an event', async () => {
    orttoResponds(action)
    const context = { ip: '2001:db8::1' }
    const [result] = await deliverTogether(action, [{ context, traits: { deep: nested(1100) } as never }])

    expect(result).toMatchObject({
      status: 200,
      body: 'Processed by Ortto. The IP Address was left out: it is not a usable IPv4 address. Traits nested more than 1,000 levels deep were left out.'
    })
  })

  it("says so after Ortto's own message", async () => {
    orttoResponds(action, 207, firstItem(206, 'Queued, contact not stored'))

    expect(await deliverTogether(action, [{ context: { ip: '::1' } }])).toMatchObject([
      { body: 'Queued, contact not stored. The IP Address was left out: it is not a usable IPv4 address.' }
    ])
  })

  it('has nothing to say when nothing was left out', async () => {
    orttoResponds(action)
    const [result] = await deliverTogether(action, [{ timestamp: undefined, context: { ip: '203.0.113.7' } }])

    expect(result.body).toBe('Processed by Ortto.')
  })

  it('says nothing of what it left out when Ortto refuses the event', async () => {
    orttoResponds(action, 207, firstItem(400, 'Bad'))

    expect(await deliverTogether(action, [{ context: { ip: '::1' } }])).toMatchObject([{ errormessage: 'Bad' }])
  })

  it.each(['undefined', 'null', 'NaN', '[object Object]', '[object Undefined]'])(
    'sends an id that is the text %j, and asks to check the source',
    async (id) => {
      const received = orttoResponds(action)
      const results = await deliverTogether(action, [{ userId: id, anonymousId: ` ${id}` }, {}])

      expect(received[0].body[0]).toMatchObject({ user_id: id, anonymous_id: ` ${id}` })
      expect(results.map(({ status, body }) => [status, body])).toEqual([
        [
          200,
          `Processed by Ortto. User ID is the text "${id}": check the source. ` +
            `Anonymous ID is the text "${id}": check the source.`
        ],
        [200, 'Processed by Ortto.']
      ])
    }
  )

  it('loses no event because another one makes the destination throw', async () => {
    const received = orttoResponds(action)
    const bad = {
      user_id: 'u2',
      event: 'Order Completed',
      get traits(): never {
        throw new RangeError(`no traits for ${API_KEY}`)
      }
    }
    const response = (await destination.actions[action].performBatch?.(createRequestClient(), {
      settings: SETTINGS,
      payload: [{ user_id: 'u1', event: 'Order Completed' }, bad, { user_id: 'u3', event: 'Order Completed' }]
    })) as MultiStatusResponse
    const results = response.getAllResponses().map((result) => result.value())

    expect(results.map(({ status }) => status)).toEqual([200, 500, 200])
    expect(results[1]).toEqual({
      [RESULT_DETAILS]: { code: 'unexpected_error', notes: undefined },
      status: 500,
      errortype: 'INTERNAL_SERVER_ERROR',
      errormessage: 'Unexpected error in the destination: no traits for ***',
      sent: undefined
    })
    expect(received.flatMap(({ body }) => body.map(({ user_id }) => user_id))).toEqual(['u1', 'u3'])

    // Also without a key that could be masked
    const withoutKey = (await destination.actions[action].performBatch?.(createRequestClient(), {
      settings: { api_key: '' },
      payload: [bad]
    })) as MultiStatusResponse
    expect(withoutKey.getResponseAtIndex(0).value()).toMatchObject({
      status: 500,
      errormessage: `Unexpected error in the destination: no traits for ${API_KEY}`
    })
  })

  it('loses no event because another one has a Date under the key __proto__', async () => {
    const received = orttoResponds(action)
    const dated = Object.defineProperty({ city: 'Sydney' }, '__proto__', { value: new Date(0), enumerable: true })
    const results = await deliverTogether(action, [{}, { traits: { dated: dated as never } }, {}])

    expect(results.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(received[0].body[1].traits).toEqual({ dated: { city: 'Sydney' } })
  })

  it('reports an exception of the runtime as what it is, with its message', async () => {
    const fail = () => Promise.reject(new TypeError(`cannot read ${API_KEY}`))
    const response = (await destination.actions[action].performBatch?.(fail, {
      settings: SETTINGS,
      payload: [{ user_id: 'u1', event: 'Order Completed' }]
    })) as MultiStatusResponse

    expect(response.getAllResponses().map((result) => result.value())).toEqual([
      {
        [RESULT_DETAILS]: { code: 'unexpected_error', notes: undefined },
        status: 500,
        errortype: 'INTERNAL_SERVER_ERROR',
        errormessage: 'Unexpected error in the destination: cannot read ***',
        sent: undefined
      }
    ])
  })

  it('sends more than 500 events in requests of 500 at most, in order', async () => {
    const received = orttoResponds(action, 200, (items) => [
      207,
      { errors: items.map(({ user_id }, index) => ({ status: 400, message: user_id, index })) }
    ])
    const results = await deliverTogether(
      action,
      Array.from({ length: 1201 }, (_, index) => ({ userId: `u${index}` }))
    )

    expect(received.map(({ body }) => body.length)).toEqual([500, 500, 201])
    expect(results.map(({ errormessage }) => errormessage)).toEqual(results.map((_, index) => `u${index}`))
  })

  it('gives each result a code where it is not Ortto that decided, and notes, for programs that run it', async () => {
    orttoResponds(action, 207, { errors: [{ status: 422, message: 'No mappings configured', index: 2 }] })
    const events = [{}, { context: { ip: '::1' } }, {}, NOBODY]

    expect(await detailsOf(action, events)).toEqual([
      { code: 'processed', notes: undefined },
      { code: 'processed', notes: ['The IP Address was left out: it is not a usable IPv4 address.'] },
      { code: undefined, notes: undefined },
      { code: 'missing_id', notes: undefined }
    ])
    expect(await detailsOf(action, [{}], {}, { api_key: 'none' })).toMatchObject([{ code: 'malformed_api_key' }])
  })

  it('leaves the events as they were', async () => {
    const received = orttoResponds(action)
    const eventOf = () => ({
      user_id: 'u1',
      event: 'Order Completed',
      timestamp: '1720591740',
      traits: { '': 1, nested: { '': 2, kept: [new Date(0)] } }
    })
    const payload = [eventOf()]
    // Past the framework, which would hand over a copy.
    await destination.actions[action].performBatch?.(createRequestClient(), { settings: SETTINGS, payload })

    expect(received[0].body[0].traits).toEqual({ nested: { kept: ['1970-01-01T00:00:00.000Z'] } })
    expect(payload).toEqual([eventOf()])
  })
})

describe('a status that Segment retries', () => {
  it.each([
    [200, false],
    [400, false],
    [401, false],
    [408, true],
    [413, false],
    [422, false],
    [423, true],
    [429, true],
    [499, false],
    [500, true],
    [501, false],
    [502, true],
    [599, true]
  ])('is known: %i %s', (status, expected) => {
    expect(isRetryable(status)).toBe(expected)
  })
})

class Unwritable {
  toJSON(): never {
    throw new Error('no JSON of this')
  }
}

function nested(levels: number): object {
  let value = {}
  for (let level = 1; level < levels; level++) {
    value = { in: value }
  }
  return value
}
