import { readFile } from 'fs/promises'
import { join } from 'path'
import kafkaConnect from '../../examples/serve/kafka-connect.json'
import { endAll, identify, startService, WRITE_KEY } from '../../service/__tests__/harness'

const ROOT = join(__dirname, '..', '..')

afterEach(endAll)

/** The values of a key in a YAML file, in which each is on one line */
function valuesOf(yaml: string, key: string): string[] {
  return [...yaml.matchAll(new RegExp(`^ *${key}: (.*)$`, 'gm'))].map(([, value]) => value.replace(/^'(.*)'$/, '$1'))
}

const readRecipe = (name: string) => readFile(join(ROOT, 'examples', 'serve', name), 'utf8')

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

  it.each([
    ['redpanda-connect.yaml', 'url', 'username'],
    ['vector.yaml', 'uri', 'user']
  ])('%s sends what the service accepts', async (name, urlKey, userKey) => {
    const yaml = await readRecipe(name)
    const [url] = valuesOf(yaml, urlKey)
    const [user] = valuesOf(yaml, userKey)

    expect(user).toBe('${ORTTO_WRITE_KEY}')
    expect(valuesOf(yaml, 'password')).toEqual([''])
    expect(await send(url, user.replace('${ORTTO_WRITE_KEY}', WRITE_KEY), JSON.stringify(events))).toEqual(delivered)
  })

  it('redpanda-connect.yaml repeats the requests that are not confirmed, and no other', async () => {
    const yaml = await readRecipe('redpanda-connect.yaml')

    expect(valuesOf(yaml, 'backoff_on')).toEqual(['[429, 500, 503]'])
    expect(valuesOf(yaml, 'drop_on')).toEqual(['[400, 401, 404, 413, 415]'])
    expect(valuesOf(yaml, 'format')).toEqual(['json_array'])
  })

  it('kafka-connect.json sends what the service accepts', async () => {
    const { config } = kafkaConnect
    const records = events.map((event) => JSON.stringify(event))
    const body = config['batch.prefix'] + records.join(config['batch.separator']) + config['batch.suffix']

    expect(await send(config['http.url'], WRITE_KEY, body)).toEqual(delivered)
  })

  it('each program waits for longer than the service takes, and sends fewer events than it accepts', async () => {
    const { config } = kafkaConnect
    const vector = await readRecipe('vector.yaml')
    const redpanda = await readRecipe('redpanda-connect.yaml')
    const timeouts = [config['http.timeout'], valuesOf(vector, 'timeout_secs')[1], valuesOf(redpanda, 'timeout')[0]]
    const sizes = [config['batch.max.size'], valuesOf(vector, 'max_events')[0], valuesOf(redpanda, 'count')[0]]

    expect(timeouts.map((text) => parseInt(text) > 25)).toEqual([true, true, true])
    expect(sizes.map((text) => parseInt(text) <= 10_000)).toEqual([true, true, true])
  })
})
