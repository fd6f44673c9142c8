import { readFile } from 'fs/promises'
import { join } from 'path'
import { parse } from 'yaml'
import { z } from 'zod'
import kafkaConnect from '../../examples/serve/kafka-connect.json'
import { endAll, identify, startService, WRITE_KEY } from '../../service/__tests__/harness'

const ROOT = join(__dirname, '..', '..')

afterEach(endAll)

const readRecipe = async (name: string): Promise<unknown> =>
  parse(await readFile(join(ROOT, 'examples', 'serve', name), 'utf8'))

const Redpanda = z.object({
  output: z.object({
    http_client: z.object({
      url: z.string(),
      basic_auth: z.object({ username: z.string(), password: z.literal('') }),
      batching: z.object({ count: z.number(), processors: z.tuple([z.object({ archive: z.unknown() })]) }),
      timeout: z.string(),
      backoff_on: z.array(z.number()),
      drop_on: z.array(z.number())
    })
  })
})
const Vector = z.object({
  sinks: z.object({
    ortto: z.object({
      uri: z.string(),
      auth: z.object({ user: z.string(), password: z.literal('') }),
      acknowledgements: z.object({ enabled: z.literal(true) }),
      batch: z.object({ max_events: z.number() }),
      request: z.object({ timeout_secs: z.number() })
    })
  })
})

/** Sends what the program would send, to the path of its URL. */
async function send(url: string, user: string, body: string) {
  const { origin, host, pathname, hash, search } = new URL(url)
  expect([origin, host, hash + search]).toEqual(['http://127.0.0.1:8040', '127.0.0.1:8040', ''])
  const { post, sandbox } = await startService()
  const authorization = `Basic ${Buffer.from(`${user}:`).toString('base64')}`
  const { status, body: answer } = await post(pathname, body, { headers: { authorization } })
  return { status, results: answer.results?.map(({ outcome }) => outcome), contacts: sandbox.account.contacts.count }
}

describe('the recipe for', () => {
  const events = [identify('u1'), identify('u2')]
  const delivered = { status: 200, results: ['delivered', 'delivered'], contacts: 2 }

  it('Redpanda Connect sends what the service accepts, and repeats what is not confirmed', async () => {
    const { http_client: client } = Redpanda.parse(await readRecipe('redpanda-connect.yaml')).output
    const { url, basic_auth: auth, batching, backoff_on: repeated, drop_on: returned } = client

    expect(auth.username).toBe('${ORTTO_WRITE_KEY}')
    expect(batching.processors).toEqual([{ archive: { format: 'json_array' } }])
    expect(await send(url, WRITE_KEY, JSON.stringify(events))).toEqual(delivered)
    expect([repeated, returned]).toEqual([
      [429, 500, 503],
      [400, 401, 404, 413, 415]
    ])
  })

  it('Vector sends what the service accepts', async () => {
    const { uri, auth } = Vector.parse(await readRecipe('vector.yaml')).sinks.ortto

    expect(auth.user).toBe('${ORTTO_WRITE_KEY}')
    expect(await send(uri, WRITE_KEY, JSON.stringify(events))).toEqual(delivered)
  })

  it('Kafka Connect sends what the service accepts', async () => {
    const { config } = kafkaConnect
    const records = events.map((event) => JSON.stringify(event))
    const body = config['batch.prefix'] + records.join(config['batch.separator']) + config['batch.suffix']

    expect(await send(config['http.url'], WRITE_KEY, body)).toEqual(delivered)
  })

  it('each program waits for longer than the service takes, and sends fewer events than it accepts', async () => {
    const { config } = kafkaConnect
    const { batch, request } = Vector.parse(await readRecipe('vector.yaml')).sinks.ortto
    const { http_client: client } = Redpanda.parse(await readRecipe('redpanda-connect.yaml')).output

    for (const seconds of [Number(config['http.timeout']), request.timeout_secs, parseInt(client.timeout)]) {
      expect(seconds).toBeGreaterThan(25)
    }
    for (const count of [Number(config['batch.max.size']), batch.max_events, client.batching.count]) {
      expect(count).toBeLessThanOrEqual(10_000)
    }
  })
})
