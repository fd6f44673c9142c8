import { explainRequestError } from '../src/request-errors'

const error = (members: object) => Object.assign(new Error('request to https://ortto failed'), members)

describe('a request without a response', () => {
  it.each([
    { code: 'ETIMEDOUT' },
    { type: 'request-timeout' },
    { type: 'body-timeout' },
    { name: 'AbortError' },
    { status: 408 }
  ])('timed out: %j', (members) => {
    expect(explainRequestError(error(members))).toEqual({
      status: 408,
      code: 'timeout',
      message: 'Ortto did not complete its response in time.'
    })
  })

  it.each([
    ['ECONNREFUSED', 'the connection was refused'],
    ['ECONNRESET', 'the connection broke'],
    ['EPIPE', 'the connection broke'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'the connection broke'],
    ['EAI_AGAIN', 'could not be looked up'],
    ['EHOSTUNREACH', 'no route'],
    ['ENETUNREACH', 'no route'],
    ['ENOTFOUND', 'check the region']
  ])('had no connection: %s', (code, cause) => {
    const { status, message } = explainRequestError(error({ code }))

    expect(status).toBe(503)
    expect(message).toContain(cause)
  })

  it('had a response that was too large', () => {
    expect(explainRequestError(error({ type: 'max-size' })).status).toBe(502)
  })

  it('had no connection when node-fetch says so in words of its own', () => {
    expect(explainRequestError(error({ name: 'FetchError', code: 'CERT_HAS_EXPIRED' }))).toEqual({
      status: 503,
      code: 'unreachable',
      message: 'Ortto could not be reached: request to https://ortto failed.'
    })
  })

  it.each([
    [new TypeError('x is not a function'), 'x is not a function'],
    [error({ code: 'ERR_INVALID_ARG_TYPE' }), 'request to https://ortto failed'],
    ['a text', 'a text'],
    [null, 'null'],
    [undefined, 'undefined']
  ])('failed with an exception that says nothing about Ortto: %p', (thrown, message) => {
    expect(explainRequestError(thrown)).toEqual({
      status: 500,
      code: 'unexpected_error',
      message: `Unexpected error in the destination: ${message}`
    })
  })
})
