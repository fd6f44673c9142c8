import type { Socket } from 'net'
import { gzipSync } from 'zlib'
import type { Item } from './observation'

/** How a response is to be read, from the view of someone who knows what was meant. */
export type ResponseKind =
  /** Every event was processed. */
  | 'confirms'
  /** Reports on some events. All others were processed. */
  | 'reports'
  /** A 2xx status without the report that it must have, or with an empty body that may have been cut off. */
  | 'has no report'
  /** A report with an entry that names no event of the request. */
  | 'names no event'
  /** A 2xx status, but nothing that says which events were processed. */
  | 'unreadable'
  | 'redirects'
  /** The whole request failed. */
  | 'refuses'
  /** A request of more than one event is too large. */
  | 'refuses batches'
  /** The connection ends before the response does. */
  | 'breaks'
  /** The response does not come, or stops in its middle. */
  | 'stalls'
  /** The body is compressed, though the request did not ask for it. */
  | 'compressed'

/** What a report says of one event. Events are numbered from 0, in the order of the case. */
export interface Report {
  event: number
  status: unknown
}

/** One kind of response of Ortto, and what is known of it. */
export interface Response {
  name: string
  kind: ResponseKind
  status: number
  reports: readonly Report[]
  /** Larger than the 64 KiB that the framework can read by default */
  isLarge: boolean
  /** Its own messages, one of which a result may quote */
  messages: readonly string[]
  send: (to: Recipient) => void
}

export interface Recipient {
  socket: Socket
  items: readonly Item[]
  /** Where a redirect leads */
  elsewhere: string
}

/** The key that a response quotes: the one of every case whose key is well-formed. */
export const API_KEY = 'pau-q7Zk2wx9LmN4'

const MESSAGE = 'Ortto explains it.'

type Facts = Partial<Pick<Response, 'reports' | 'isLarge' | 'messages'>>

function response(
  name: string,
  kind: ResponseKind,
  status: number,
  send: Response['send'],
  { reports = [], isLarge = false, messages = [] }: Facts = {}
): Response {
  return { name, kind, status, reports, isLarge, messages, send }
}

type Framing = 'length' | 'chunks' | 'end of connection'

interface Http {
  framing?: Framing
  headers?: readonly string[]
}

const JSON_TYPE = 'content-type: application/json'

/** A complete response as bytes. Its connection is not used again. */
function http(status: number, body: string | Buffer, { framing = 'length', headers = [JSON_TYPE] }: Http = {}): Buffer {
  const content = Buffer.from(body)
  const chunk = content.length === 0 ? [] : [`${content.length.toString(16)}\r\n`, content, '\r\n']
  const [framed, ...parts] = {
    length: [`content-length: ${content.length}`, content],
    chunks: ['transfer-encoding: chunked', ...chunk, '0\r\n\r\n'],
    'end of connection': ['x-framing: none', content]
  }[framing]
  const head = [`HTTP/1.1 ${status} Status`, 'connection: close', framed, ...headers, '', ''].join('\r\n')
  return Buffer.concat([head, ...parts].map((part) => Buffer.from(part)))
}

/** Sends the same bytes to every request. */
function bytes(...given: Parameters<typeof http>): Response['send'] {
  return ({ socket }) => socket.end(http(...given))
}

/** A report on events of the case, by their number. The index in it is their position in the request. */
function report(
  name: string,
  status: number,
  reports: readonly (Report & { message?: string })[],
  note?: string
): Response {
  const send: Response['send'] = ({ socket, items }) => {
    const errors = reports.flatMap(({ event, ...rest }) => {
      const index = positionOf(event, items)
      return index < 0 ? [] : [{ index, ...rest }]
    })
    socket.end(http(status, JSON.stringify({ errors, note })))
  }
  return response(name, 'reports', status, send, { reports, messages: [MESSAGE], isLarge: note !== undefined })
}

/** Where an event stands in a request. The event of a case with one event may have another message id. */
function positionOf(event: number, items: readonly Item[]): number {
  const isAlone = items.length === 1 && !/^m\d+$/.test(String(items[0].message_id))
  return isAlone && event === 0 ? 0 : items.findIndex(({ message_id }) => message_id === messageId(event))
}

/** The message id by which an event of a case is found in a request. */
export function messageId(event: number): string {
  return `m${event}`
}

function confirms(name: string, ...given: Parameters<typeof http>): Response {
  return response(`${given[0]} ${name}`, 'confirms', given[0], bytes(...given))
}

function unreadable(name: string, ...given: Parameters<typeof http>): Response {
  return response(`${given[0]} ${name}`, 'unreadable', given[0], bytes(...given), { messages: ['Busy'] })
}

function namesNoEvent(name: string, entry: object | string): Response {
  const full = typeof entry === 'string' ? entry : { status: 400, message: MESSAGE, ...entry }
  const body = JSON.stringify({ errors: [full] })
  return response(`207 with ${name}`, 'names no event', 207, bytes(207, body), { messages: [MESSAGE] })
}

function refuses(status: number, body: object | string): Response {
  const isText = typeof body === 'string'
  const headers = isText ? ['content-type: text/html'] : undefined
  const send = bytes(status, isText ? body : JSON.stringify(body), { headers })
  const name = `${status} ${isText ? body || 'empty' : JSON.stringify(body)}`
  return response(name, 'refuses', status, send, { messages: [MESSAGE] })
}

function redirects(status: number): Response {
  const send: Response['send'] = ({ socket, elsewhere }) =>
    socket.end(http(status, '', { headers: [`location: ${elsewhere}`] }))
  return response(`${status} with a location`, 'redirects', status, send)
}

/** Longer than the 64 KiB that the framework can read by default */
const LARGE = 'x'.repeat(70_000)

/** The plain confirmation, with which every payload is tried. */
export const PLAIN = confirms('{}', 200, '{}')

/** Everything that Ortto, or what stands before it, may respond. */
export const RESPONSES: readonly Response[] = [
  PLAIN,
  confirms('{"errors":null}', 200, '{"errors":null}'),
  confirms('{"errors":[]}', 200, '{"errors":[]}'),
  confirms('with other members', 200, '{"data":{"id":1}}'),
  confirms('{}', 201, '{}'),
  confirms('{"errors":[]}', 207, '{"errors":[]}'),
  confirms('{} as text', 200, '{}', { headers: ['content-type: text/plain'] }),
  confirms('{} in upper case', 200, '{}', { headers: ['content-type: APPLICATION/JSON'] }),
  confirms('{} without a content type', 200, '{}', { headers: [] }),
  confirms('{} in chunks', 200, '{}', { framing: 'chunks' }),
  confirms('{} until the connection ends', 200, '{}', { framing: 'end of connection' }),
  confirms('empty with content-length: 0', 200, ''),
  confirms('empty with content-length: 0, as text', 200, '', { headers: ['content-type: text/plain'] }),
  confirms('empty in chunks', 200, '', { framing: 'chunks' }),
  confirms('empty', 204, '', { framing: 'end of connection', headers: [] }),

  ...[200, 206, 400, 401, 404, 413, 422, 429, 500, 503].flatMap((status) => [
    report(`207 with a ${status}`, 207, [{ event: 0, status, message: MESSAGE }]),
    report(`207 with a ${status} without a message`, 207, [{ event: 0, status }])
  ]),
  report('200 with a 400', 200, [{ event: 0, status: 400, message: MESSAGE }]),
  report('207 with a 422 for the second event', 207, [{ event: 1, status: 422, message: MESSAGE }]),
  report(
    '207 with a failure of every event',
    207,
    [0, 1, 2, 3, 4].map((event) => ({ event, status: 422 }))
  ),
  report('207 without a status', 207, [{ event: 0, status: undefined, message: MESSAGE }]),
  report('207 with a status as text', 207, [{ event: 0, status: '400', message: MESSAGE }]),
  report('207 with a status that has no meaning', 207, [{ event: 0, status: 302, message: MESSAGE }]),
  report('207 with an event listed twice', 207, [
    { event: 0, status: 500, message: MESSAGE },
    { event: 0, status: 400, message: MESSAGE }
  ]),
  report('207 with an event listed twice, the worse one last', 207, [
    { event: 0, status: 400, message: MESSAGE },
    { event: 0, status: 500, message: MESSAGE }
  ]),
  report('207 longer than 64 KiB', 207, [{ event: 0, status: 422, message: MESSAGE }], LARGE),
  report('207 that quotes the key', 207, [{ event: 0, status: 400, message: `Key ${API_KEY}. ${MESSAGE}` }]),

  namesNoEvent('an index that is too high', { index: 7 }),
  namesNoEvent('a negative index', { index: -1 }),
  namesNoEvent('an index as text', { index: '0' }),
  namesNoEvent('no index', {}),
  namesNoEvent('an entry that is not an object', 'Busy'),

  unreadable('web page', 200, '<html><h1>Busy</h1></html>', { headers: ['content-type: text/html'] }),
  unreadable('web page that says it is JSON', 200, '<html><h1>Busy</h1></html>'),
  unreadable('text', 200, 'Busy', { headers: ['content-type: text/plain'] }),
  unreadable('text as JSON', 200, '"Busy"'),
  unreadable('number', 200, '1'),
  unreadable('null', 200, 'null'),
  unreadable('empty array', 200, '[]'),
  unreadable('array', 200, '[{"status":400,"index":0,"message":"Busy"}]'),
  unreadable('errors as text', 200, '{"errors":"Busy"}'),
  unreadable('errors as an object', 200, '{"errors":{"status":400,"index":0,"message":"Busy"}}'),
  unreadable('JSON that was cut off', 200, '{"errors":[{"status":400,"ind'),
  response(
    '200 empty until the connection ends',
    'has no report',
    200,
    bytes(200, '', { framing: 'end of connection' })
  ),
  response('207 empty', 'has no report', 207, bytes(207, '')),
  response('207 without a report', 'has no report', 207, bytes(207, '{}')),

  ...[301, 302, 303, 307, 308].map(redirects),
  response('304 empty', 'redirects', 304, bytes(304, '', { framing: 'end of connection' })),
  response('302 without a location', 'redirects', 302, bytes(302, '')),

  ...[400, 401, 403, 404, 413, 422, 429, 500, 501, 503, 599].flatMap((status) => [
    refuses(status, { message: MESSAGE }),
    refuses(status, '')
  ]),
  refuses(500, { error: MESSAGE }),
  refuses(500, { error: { message: MESSAGE } }),
  refuses(502, `<html><h1>${MESSAGE}</h1></html>`),
  refuses(401, { message: `Key ${API_KEY}. ${MESSAGE}` }),
  refuses(502, `<h1>Key ${API_KEY}. ${MESSAGE}</h1>`),
  refuses(600, { message: MESSAGE }),
  response('413 for more than one event', 'refuses batches', 413, ({ socket, items }) =>
    socket.end(items.length > 1 ? http(413, '{}') : http(200, '{}'))
  ),

  response(
    '200 {} compressed',
    'compressed',
    200,
    bytes(200, gzipSync('{}'), { headers: [JSON_TYPE, 'content-encoding: gzip'] })
  ),

  response('reset', 'breaks', 0, ({ socket }) => socket.destroy()),
  response('junk', 'breaks', 0, ({ socket }) => socket.end('junk')),
  response('200 without its last chunk', 'breaks', 200, ({ socket }) =>
    socket.end(http(200, '{}', { framing: 'chunks' }).subarray(0, -5))
  ),
  response('200 shorter than its length', 'stalls', 200, ({ socket }) => socket.end(http(200, '{} ').subarray(0, -1))),

  response('silence', 'stalls', 0, () => undefined),
  response('200 that stops in its body', 'stalls', 200, ({ socket }) => socket.write(http(200, '{} ').subarray(0, -1)))
]
