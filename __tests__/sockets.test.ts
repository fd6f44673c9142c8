import { createRequestClient } from '@segment/actions-core'
import type { RequestClient } from '@segment/actions-core'
import { createServer } from 'http'
import type { RequestListener } from 'http'
import type { AddressInfo, Socket } from 'net'
import { gzipSync } from 'zlib'
import { OrttoClient } from '../src/ortto-client'
import type { ItemResult } from '../src/types'

/** What a real connection can do to a response, with a server of our own that does it. */
describe('over a real connection', () => {
  const closers: (() => void)[] = []

  afterEach(() => closers.splice(0).forEach((close) => close()))

  /** Sends two contacts to a server that responds like this, and resolves with the client's results. */
  async function identify(respond: RequestListener, timeout?: number): Promise<ItemResult[]> {
    const server = createServer(respond)
    const sockets = new Set<Socket>()
    server.on('connection', (socket) => sockets.add(socket))
    closers.push(() => {
      server.close()
      sockets.forEach((socket) => socket.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo

    const client = new OrttoClient(at(`http://127.0.0.1:${port}`), 'pau-key')
    const result = await client.identify([{ user_id: 'u1' }, { user_id: 'u2' }], timeout)
    return 'failure' in result ? [result.failure] : result.value
  }

  function at(origin: string): RequestClient {
    const request = createRequestClient()
    return (url, options) => request(`${origin}${new URL(url).pathname}`, options)
  }

  it('reads a response of several megabytes', async () => {
    const errors = [
      { index: 1, status: 422, message: 'x'.repeat(5_000_000) },
      { index: 0, status: 400, message: 'first' }
    ]
    const results = await identify((_, response) => response.writeHead(207).end(JSON.stringify({ errors })))

    expect(results.map(({ status }) => status)).toEqual([400, 422])
    expect(results[1].message).toHaveLength(500)
  })

  it.each([
    ['whole', (body: Buffer) => body],
    ['cut short', (body: Buffer) => body.subarray(0, 10)]
  ])('asks for no compressed response, and trusts none that is %s', async (_what, part) => {
    const body = part(gzipSync(JSON.stringify({ errors: [{ index: 0, status: 422, message: 'Old' }] })))
    const encodings: unknown[] = []
    const results = await identify((request, response) => {
      encodings.push(request.headers['accept-encoding'])
      response.writeHead(207, { 'content-encoding': 'gzip' }).end(body)
    })

    expect(results.map(({ status }) => status)).toEqual([502, 502])
    expect(encodings).toEqual([undefined])
  })

  it('does not wait for the end of a response that has none', async () => {
    const megabyte = ' '.repeat(1024 * 1024)
    const results = await identify((request, response) => {
      const write = (): void => {
        while (!request.socket.destroyed && response.write(megabyte));
        response.once('drain', write)
      }
      write()
    }, 900)

    expect(results).toEqual([{ status: 502, code: 'unconfirmed', message: "Ortto's response was too large to read." }])
  })

  it('gives up on a response that does not come', async () => {
    expect(await identify(() => undefined, 50)).toMatchObject([{ status: 408 }])
  })

  it('gives up on a response that stalls in its body', async () => {
    const results = await identify((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"errors":')
    }, 50)

    expect(results).toMatchObject([{ status: 408 }])
  })

  it('reports a connection that broke before the headers', async () => {
    // node-fetch leaves its timer for the body running, and the process would wait for it.
    expect(await identify(({ socket }) => socket.end(), 500)).toMatchObject([
      { status: 503, message: expect.stringContaining('the connection broke') as string }
    ])
  })

  it('trusts no response that breaks off in a chunk', async () => {
    const cut = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"er'
    const [{ status }] = await identify(({ socket }) => socket.end(cut), 500)

    // node-fetch notices it from 2.6.2 on. The monorepo has 2.6.1, which waits until the timeout for the body.
    expect([503, 408]).toContain(status)
  })

  describe('an empty body', () => {
    const identifyRaw = (response: string) => identify(({ socket }) => socket.end(response), 500)

    it.each([
      ['a content length of 0', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
      ['status 204', 'HTTP/1.1 204 No Content\r\n\r\n'],
      ['chunks that ended', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
      ['white space of the length that was said', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n \n']
    ])('with %s confirms every item', async (_what, response) => {
      expect(await identifyRaw(response)).toEqual(
        Array(2).fill({ status: 200, code: 'processed', message: 'Processed by Ortto.' })
      )
    })

    it.each([
      ['only the end of the connection', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n'],
      ['an older version of HTTP', 'HTTP/1.0 200 OK\r\n\r\n'],
      ['status 207 and only the end of the connection', 'HTTP/1.1 207 Multi-Status\r\n\r\n'],
      ['status 207 and a content length of 0', 'HTTP/1.1 207 Multi-Status\r\ncontent-length: 0\r\n\r\n'],
      ['status 207 and no chunks', 'HTTP/1.1 207 So\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n']
    ])('with %s confirms nothing', async (_what, response) => {
      expect((await identifyRaw(response)).map(({ status }) => status)).toEqual([502, 502])
    })
  })

  it('confirms nothing with a report that was cut off', async () => {
    const cut = 'HTTP/1.1 207 Multi-Status\r\n\r\n{"errors":[{"index":1,"status":4'

    expect((await identify(({ socket }) => socket.end(cut))).map(({ status }) => status)).toEqual([502, 502])
  })

  it('trusts no response that is shorter than it said', async () => {
    // node-fetch doesn't notice that the connection ended, so this one runs into the timeout.
    const results = await identify(({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}'), 50)

    expect(results).toMatchObject([{ status: 408 }])
  })

  it('says that nobody listens', async () => {
    const client = new OrttoClient(at('http://127.0.0.1:1'), 'pau-key')

    expect(await client.track([{ event: 'e' }])).toMatchObject({
      failure: { status: 503, message: expect.stringContaining('the connection was refused') as string }
    })
  })
})
