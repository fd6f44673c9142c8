import { readErrorMessage, readItemResults } from '../src/responses'
import type { ItemResult } from '../src/types'

const PROCESSED: ItemResult = { status: 200, code: 'processed', message: 'Processed by Ortto.' }

const readWith = (status: number, body: unknown, isWhole: boolean, count = 3): ItemResult[] => {
  const content = typeof body === 'string' ? body : JSON.stringify(body)
  return readItemResults({ status, content, isWhole }, count, (message) => message)
}
const read = (body: unknown, count = 3): ItemResult[] => readWith(200, body, true, count)
const statuses = (body: unknown, count = 3): number[] => read(body, count).map(({ status }) => status)

describe('a 2xx response', () => {
  it.each([
    ['an empty body', ''],
    ['an object', {}],
    ['errors null', { errors: null }],
    ['no errors', { errors: [] }]
  ])('with %s confirms every item', (_, body) => {
    expect(read(body)).toEqual(Array(3).fill(PROCESSED))
  })

  it('confirms nothing with an empty body whose end is not marked', () => {
    const results = readWith(200, '', false)

    expect(results.map(({ status, code }) => [status, code])).toEqual(Array(3).fill([502, 'unconfirmed']))
    expect(results[0].message).toMatch(/^Ortto's response is empty and may have been cut off, so it is not known/)
    expect(results[0].message).toMatch(/stored once\.$/)
  })

  it('is trusted with a body that ends with the connection, when it is a whole report', () => {
    expect(readWith(200, {}, false, 1)).toEqual([PROCESSED])
  })

  it.each(['', '{}', '{"message":"Multi-Status"}'])('confirms nothing with status 207 and no report: %j', (body) => {
    expect(readWith(207, body, true).map(({ status }) => status)).toEqual([502, 502, 502])
  })

  it('quotes a body that cannot be read', () => {
    expect(readWith(200, '<html>', true, 1)[0].message).toMatch(
      /^Ortto's response could not be read, so it is not known .* The response was: <html>$/
    )
  })

  it('says that a 207 with an empty body has no report', () => {
    expect(readWith(207, '', true, 1)[0].message).toMatch(/^Ortto's response has no report, so it is not known/)
  })

  it.each([{ errors: null }, { errors: [] }, { errors: [{ status: 200, index: 1 }] }])(
    'confirms every item with status 207 and a report without errors: %j',
    (body) => {
      expect(readWith(207, body, true).map(({ status }) => status)).toEqual([200, 200, 200])
    }
  )

  it('confirms the items that it does not list', () => {
    const body = { errors: [{ status: 422, message: 'No mappings configured', index: 1 }] }

    expect(read(body)).toEqual([PROCESSED, { status: 422, message: 'No mappings configured' }, PROCESSED])
  })

  it('takes the highest status for an item that is listed twice', () => {
    const error = (status: number) => ({ status, message: `is ${status}`, index: 0 })

    expect(read({ errors: [error(400), error(429), error(206)] }, 1)).toEqual([{ status: 429, message: 'is 429' }])
  })

  it('takes the first message for an item that is listed twice with one status', () => {
    const error = (message: string) => ({ status: 422, message, index: 0 })

    expect(read({ errors: [error('No mappings'), error('Again')] }, 1)).toEqual([
      { status: 422, message: 'No mappings' }
    ])
  })

  it.each([200, 206, 400, 422, 429, 500, 599])('gives an item its status %i', (status) => {
    expect(statuses({ errors: [{ status, message: 'm', index: 0 }] }, 1)).toEqual([status])
  })

  it.each([undefined, null, '422', 0, 199, 201, 302, 399, 422.5, 600, {}])(
    'gives an item whose status is unusable 500: %j',
    (status) => {
      expect(statuses({ errors: [{ status, message: 'm', index: 1 }] })).toEqual([200, 500, 200])
    }
  )

  it.each([undefined, null, '1', -1, 3, 0.5, 1e21, [1]])(
    'confirms no item that it does not list when an error names none: index %j',
    (index) => {
      const body = {
        errors: [
          { status: 422, message: 'Bad email', index },
          { status: 400, message: 'm', index: 1 }
        ]
      }

      expect(statuses(body)).toEqual([502, 400, 502])
      expect(read(body)[0].message).toContain('Bad email')
    }
  )

  it('quotes the first of the errors that name no item', () => {
    const errors = ['First', 'Second'].map((message) => ({ status: 422, message }))

    expect(read({ errors }, 1)[0].message).toMatch(/The error was: First$/)
  })

  it.each([null, 'text', 7, [0]])('confirms nothing when an error is no object: %j', (error) => {
    expect(statuses({ errors: [error] })).toEqual([502, 502, 502])
  })

  it.each(['OK', '<html></html>', '{"errors":[', '[]', 'null', '"text"', '1', '{"errors":{}}', '{"errors":"none"}'])(
    'that cannot be read confirms nothing: %s',
    (body) => {
      expect(statuses(body)).toEqual([502, 502, 502])
      expect(read(body)[2].message).toMatch(/^Ortto's response could not be read, so it is not known/)
      expect(read(body)[2].message).toContain(body)
    }
  )

  it.each([undefined, '', '  ', 7, null])('says so in our words when an error has no message: %j', (message) => {
    expect(read({ errors: [{ status: 422, message, index: 0 }] }, 1)).toEqual([
      { status: 422, message: 'Ortto responded with 422 for this event, without a reason.' }
    ])
  })

  it('needs no reason to confirm an item that it lists', () => {
    expect(read({ errors: [{ status: 200, index: 0 }] }, 1)).toEqual([PROCESSED])
  })
})

describe('the message of an error response', () => {
  it.each([
    ['{"message":"Too many requests"}', 'Too many requests'],
    ['{"error":"Key expired"}', 'Key expired'],
    ['{"error":{"message":"Key expired"}}', 'Key expired'],
    ['{"errors":[{"message":"Bad item", "index": 1}]}', '{"errors":[{"message":"Bad item", "index": 1}]}'],
    ['{"message":"","error":"Key expired"}', 'Key expired'],
    ['"Bad gateway"', 'Bad gateway'],
    ['upstream error', 'upstream error'],
    ['<html>\n<head><title>502</title></head><body><h1>Bad Gateway</h1></body>', '502 Bad Gateway'],
    ['[1]', '[1]']
  ])('of %s is %s', (content, message) => {
    expect(readErrorMessage(content)).toBe(message)
  })

  it('is all that a web page says, however long it is', () => {
    const page = `<h1>Bad Gateway</h1>${'<br>'.repeat(3_000_000)}<p>The end</p>`

    expect(readErrorMessage(page)).toBe('Bad Gateway The end')
  })

  it.each(['', '""', '<br/>'])('of %j is none', (content) => {
    expect(readErrorMessage(content)).toBeUndefined()
  })
})
