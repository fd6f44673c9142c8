import { createRequestClient } from '@segment/actions-core'
import type { RequestClient } from '@segment/actions-core'
import { createServer } from 'http'
import type { RequestListener } from 'http'
import type { AddressInfo, Socket } from 'net'
import { gzipSync } from 'zlib'
import { OrttoClient } from '../src/ortto-client'
import type { Outcome } from '../src/types'

/** What a real connection can do to an answer, with a server of our own that does it. */
describe('over a real connection', () => {
  const closers: (() => void)[] = []

  afterEach(() => closers.splice(0).forEach((close) => close()))

  /** Sends two contacts to a server that answers so, and resolves with what the client says became of each. */
  async function identify(answer: RequestListener, timeout?: number): Promise<Outcome[]> {
    const server = createServer(answer)
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

  it('reads an answer of several megabytes', async () => {
    const errors = [
      { index: 1, status: 422, message: 'x'.repeat(5_000_000) },
      { index: 0, status: 400, message: 'first' }
    ]
    const outcomes = await identify((_, response) => response.writeHead(207).end(JSON.stringify({ errors })))

    expect(outcomes.map(({ status }) => status)).toEqual([400, 422])
    expect(outcomes[1].message).toHaveLength(500)
  })

  it.each([
    ['whole', (body: Buffer) => body],
    ['cut short', (body: Buffer) => body.subarray(0, 10)]
  ])('asks for no compressed answer, and trusts none that is %s', async (_what, part) => {
    const body = part(gzipSync(JSON.stringify({ errors: [{ index: 0, status: 422, message: 'Old' }] })))
    const encodings: unknown[] = []
    const outcomes = await identify((request, response) => {
      encodings.push(request.headers['accept-encoding'])
      response.writeHead(207, { 'content-encoding': 'gzip' }).end(body)
    })

    expect(outcomes.map(({ status }) => status)).toEqual([502, 502])
    expect(encodings).toEqual([undefined])
  })

  it('waits for no end of an answer that has none', async () => {
    const megabyte = ' '.repeat(1024 * 1024)
    const outcomes = await identify((request, response) => {
      const write = (): void => {
        while (!request.socket.destroyed && response.write(megabyte));
        response.once('drain', write)
      }
      write()
    }, 900)

    expect(outcomes).toEqual([{ status: 502, message: "Ortto's answer was too large to be read." }])
  })

  it('gives up on an answer that does not come', async () => {
    expect(await identify(() => undefined, 50)).toMatchObject([{ status: 408 }])
  })

  it('gives up on an answer that stalls in its body', async () => {
    const outcomes = await identify((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"errors":')
    }, 50)

    expect(outcomes).toMatchObject([{ status: 408 }])
  })

  it.each([
    ['before the headers', ''],
    ['in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"er']
  ])('trusts no answer that breaks off %s', async (_where, answer) => {
    // node-fetch leaves its timer for the body running, and the process would wait for it.
    const outcomes = await identify(({ socket }) => socket.end(answer), 500)

    expect(outcomes).toMatchObject([{ status: 503, message: expect.stringContaining('broke off') as string }])
  })

  it('trusts no answer that is shorter than it said', async () => {
    // node-fetch doesn't notice that the connection ended, so this one runs into the timeout.
    const outcomes = await identify(({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}'), 50)

    expect(outcomes).toMatchObject([{ status: 408 }])
  })

  it('says that nobody listens', async () => {
    const client = new OrttoClient(at('http://127.0.0.1:1'), 'pau-key')

    expect(await client.track([{ event: 'e' }])).toMatchObject({
      failure: { status: 503, message: expect.stringContaining('the connection was refused') as string }
    })
  })
})
