import { mkdtemp, readFile, rm, stat, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { TooLargeError } from '../../stream/errors'
import { RejectedFile, StreamSink } from '..'
import { endAll, identify, startService } from './harness'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))))
afterEach(async () => {
  await endAll()
  await rm(folder, { recursive: true })
})

describe('the file of rejected events', () => {
  it('has the events that were rejected for good, with the reasons, before the response says so', async () => {
    const path = join(folder, 'rejected.ndjson')
    const rejected = await RejectedFile.open(path)
    const { post } = await startService({ rejected })
    const { status } = await post('/v1/events', [identify('u1'), { type: 'identify', messageId: 'm1', traits: {} }, 7])
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    await rejected.close()

    expect(status).toBe(207)
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { messageId: 'm1', _rejected: [{ path: '/v1/events', index: 1, status: 400, code: 'missing_id' }] },
      { _line: '7', _rejected: [{ path: '/v1/events', index: 2, code: 'not_an_event' }] }
    ])
    expect((await stat(path)).mode & 0o777).toBe(0o600)

    // It continues after a restart, and belongs to one process at a time.
    const again = await RejectedFile.open(path)
    await expect(RejectedFile.open(path)).rejects.toThrow('this process itself uses it')
    await again.close()
    await writeFile(join(folder, 'other.txt'), 'something else\n', { mode: 0o600 })
    await expect(RejectedFile.open(join(folder, 'other.txt'))).rejects.toThrow('it contains something else')
  })

  it('has no event of a request that is sent again', async () => {
    const path = join(folder, 'rejected.ndjson')
    const rejected = await RejectedFile.open(path)
    const { post } = await startService({ rejected, respond: () => new Response('', { status: 500 }) })
    const { status } = await post('/v1/events', [identify('u1'), { type: 'identify', traits: {} }])
    await rejected.close()

    expect(status).toBe(503)
    expect(await readFile(path, 'utf8')).toBe('')
  })

  it('prevents a success when it cannot be written', async () => {
    const { post, errors } = await startService({ rejected: { add: () => Promise.reject(new Error('disk full')) } })

    expect(await post('/v1/events', { type: 'identify', traits: {} })).toMatchObject({
      status: 500,
      retryAfter: '1',
      body: { success: false, code: 'unexpected_error' }
    })
    expect(errors).toEqual([new Error('disk full')])
  })
})

describe('a stream in the place of Ortto', () => {
  it('gets the events, and the response says that they are stored', async () => {
    const stored: unknown[] = []
    const sink = new StreamSink({
      publish: ({ userId }) => {
        stored.push(userId)
        return userId === 'large' ? Promise.reject(new TooLargeError('Too large.')) : Promise.resolve(true)
      },
      reject: (record) => Promise.resolve(void stored.push((JSON.parse(record) as { _line: string })._line))
    })
    const { post } = await startService({ sink })
    const { status, body } = await post('/v1/events', [identify('u1'), 7, identify('large')])

    expect(status).toBe(207)
    expect(body.results).toMatchObject([
      { messageId: 'm-u1', status: 200, outcome: 'stored' },
      { status: 400, outcome: 'rejected', code: 'not_an_event' },
      { status: 400, outcome: 'rejected', code: 'too_long', message: 'Too large.' }
    ])
    expect(stored).toEqual(['u1', '7', 'large'])
  })

  it('that cannot store events leads to 503', async () => {
    const stream = {
      waitReason: undefined as string | undefined,
      publish: () => Promise.reject(new Error('Stopped')),
      reject: () => Promise.resolve()
    }
    const { post } = await startService({ sink: new StreamSink(stream) })
    expect(await post('/v1/events', identify('u1'))).toMatchObject({ status: 500, body: { success: false } })

    stream.waitReason = 'The stream is full'
    expect(await post('/v1/events', identify('u1'))).toMatchObject({
      status: 503,
      retryAfter: '1',
      body: { code: 'stream_unavailable' }
    })
  })
})
