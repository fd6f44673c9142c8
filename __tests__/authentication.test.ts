import { createTestIntegration } from '@segment/actions-core'
import nock from 'nock'
import destination from '../src'
import { ORTTO, useNock } from './__helpers__/harness'

useNock()

describe('testing the API key', () => {
  const judge = (api_key: string): Promise<string> =>
    createTestIntegration(destination)
      .testAuthentication({ api_key })
      .then(
        () => 'good',
        (error: Error) => error.message
      )

  it.each([200, 204])('finds it good when Ortto answers %i', async (status) => {
    nock(ORTTO, { reqheaders: { authorization: 'Bearer pau-key' } })
      .get('/v1/me')
      .reply(status)

    expect(await judge(' pau-key\n')).toBe('good')
  })

  it('sends the key in one header, and in no address', async () => {
    const asked: { url: string; headers: string[] }[] = []
    nock(ORTTO)
      .get('/v1/me')
      .reply(function (url) {
        const headers = Object.entries(this.req.headers).filter(([, value]) => String(value).includes('pau-key'))
        asked.push({ url, headers: headers.map(([name]) => name) })
        return [200]
      })
    await judge('pau-key')

    expect(asked).toEqual([{ url: '/v1/me', headers: ['authorization'] }])
  })

  it.each([401, 403])(
    'finds it refused when Ortto answers %i, and says where to find the right one',
    async (status) => {
      nock(ORTTO).get('/v1/me').reply(status, { message: 'nope' })

      expect(await judge('pau-key')).toContain(
        'Ortto refused the API key. Copy the API key from Ortto (CDP > Data Sources'
      )
    }
  )

  it.each(['', 'nonsense', 'pau-', 'pau-\u0007', 'evil.example/-x'])(
    'makes no request with a malformed key: %j',
    async (key) => {
      const message = await judge(key)

      expect(message).toContain('is not an Ortto API key. Copy the API key from Ortto (CDP > Data Sources')
      expect(key === '' || !message.includes(key)).toBe(true)
    }
  )

  it.each([302, 429, 500, 503])('does not judge it when Ortto answers %i', async (status) => {
    nock(ORTTO)
      .get('/v1/me')
      .reply(status, 'down', { location: `${ORTTO}/login` })

    expect(await judge('pau-key')).toContain('The API key could not be checked: ')
  })

  it.each([
    [404, 'The API key could not be checked: down.'],
    [408, 'The API key could not be checked: down. Try again in a few minutes.'],
    [423, 'The API key could not be checked: down. Try again in a few minutes.'],
    [429, 'The API key could not be checked: down. Try again in a few minutes.'],
    [501, 'The API key could not be checked: down.'],
    [500, 'The API key could not be checked: down. Try again in a few minutes.']
  ])('asks to try again only where that may help: %i', async (status, message) => {
    nock(ORTTO).get('/v1/me').reply(status, 'down')

    expect((await judge('pau-key')).endsWith(message)).toBe(true)
  })

  it('does not judge it when Ortto cannot be reached', async () => {
    nock(ORTTO)
      .get('/v1/me')
      .replyWithError(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))
    const message = await judge('pau-key')

    expect(message).toContain('The API key could not be checked: ')
    expect(message).toContain('address was not found')
  })

  it('goes to the staging account of another region when the key says so', async () => {
    nock('https://segment-action-api-eu.ortto-stg.app').get('/v1/me').reply(200)

    expect(await judge('seu-key')).toBe('good')
  })
})
