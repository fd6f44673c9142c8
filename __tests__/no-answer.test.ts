import { explainNoAnswer } from '../src/no-answer'

const error = (members: object) => Object.assign(new Error('request to https://ortto failed'), members)

describe('a request without an answer', () => {
  it.each([
    { code: 'ETIMEDOUT' },
    { type: 'request-timeout' },
    { type: 'body-timeout' },
    { name: 'AbortError' },
    { status: 408 }
  ])('timed out: %j', (members) => {
    expect(explainNoAnswer(error(members))).toEqual({
      status: 408,
      message: 'No complete answer came from Ortto in time.'
    })
  })

  it.each([
    ['ECONNREFUSED', 'the connection was refused'],
    ['ECONNRESET', 'the connection broke off'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'the connection broke off'],
    ['ENOTFOUND', 'check the region'],
    ['CERT_HAS_EXPIRED', 'from Ortto: request to https://ortto failed.']
  ])('had no connection: %s', (code, cause) => {
    const { status, message } = explainNoAnswer(error({ code }))

    expect(status).toBe(503)
    expect(message).toContain(cause)
  })

  it('had an answer that was too large', () => {
    expect(explainNoAnswer(error({ type: 'max-size' })).status).toBe(502)
  })

  it.each(['a text', null, undefined])('is a failure whatever was thrown: %j', (thrown) => {
    const { status, message } = explainNoAnswer(thrown)

    expect(status).toBe(503)
    expect(message).toContain(`No answer came from Ortto: ${String(thrown)}.`)
  })
})
