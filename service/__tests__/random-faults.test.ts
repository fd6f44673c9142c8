import type { EventReport } from '../../delivery'
import { fastTime, randomFrom } from '../../delivery/__tests__/harness'
import { endAll, identify, startService } from './harness'

afterEach(endAll)

const RUNS = 20
const CLIENTS = 4
const REQUESTS = 6

interface Item {
  user_id?: string
  message_id?: string
  traits?: { name?: string }
}

/** A fake Ortto that fails at random, before or after it has processed a request, or for single items. */
function createOrtto(random: () => number) {
  /** The names of each user, in the order in which they were stored */
  const names = new Map<string, string[]>()
  const store = ({ user_id: user = '', traits }: Item) => {
    names.set(user, [...(names.get(user) ?? []), traits?.name ?? ''])
  }
  const respond = (items: Item[]): Response => {
    const kind = random()
    if (kind < 0.1) {
      return Response.json({ message: 'Busy' }, { status: [401, 429, 500, 503][Math.floor(random() * 4)] })
    }
    const errors = items.flatMap((item, index) => {
      if (item.message_id?.includes('rejected')) {
        return [{ index, status: 422, message: 'Refused' }]
      }
      return random() < 0.05 ? [{ index, status: 500, message: 'Failed' }] : []
    })
    items.forEach((item, index) => errors.some((error) => error.index === index) || store(item))
    if (kind < 0.2) {
      return new Response('<html></html>', { status: random() < 0.5 ? 200 : 502 })
    }
    return errors.length > 0 ? Response.json({ errors }, { status: 207 }) : Response.json({})
  }
  return { names, respond }
}

describe('whatever fails, clients that send again what is not confirmed', () => {
  it('lose nothing, and the last value of each user is the last one that was sent', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const random = randomFrom(seed)
    for (let run = 0; run < RUNS; run += 1) {
      const time = fastTime()
      const { names, respond } = createOrtto(random)
      const settled: EventReport[] = []
      const { post } = await startService({
        respond,
        delivery: { time },
        onSettled: (reports) => settled.push(...reports)
      })
      const expected = { accepted: 0, rejected: 0, last: new Map<string, string>() }
      const runClient = async (client: number) => {
        for (let number = 0; number < REQUESTS; number += 1) {
          const events = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, index) => {
            const userId = `u${client}-${Math.floor(random() * 3)}`
            const name = `${number}-${index}`
            const isRejected = random() < 0.1
            if (isRejected) {
              expected.rejected += 1
            } else {
              expected.accepted += 1
              expected.last.set(userId, name)
            }
            const messageId = `${isRejected ? 'rejected' : 'm'}-${client}-${name}`
            return identify(userId, { messageId, traits: { name } })
          })
          let answer = await post('/v1/events', events)
          while (answer.status >= 300) {
            const waitMs = Number(answer.retryAfter) * 1000
            expect([seed, [429, 503].includes(answer.status), waitMs > 0]).toEqual([seed, true, true])
            await new Promise<void>((resolve) => time.at(time.now() + waitMs, resolve))
            answer = await post('/v1/events', events)
          }
          const results = answer.body.results?.map(({ messageId, outcome }) => [messageId, outcome])
          const due = events.map(({ messageId }) => [
            messageId,
            messageId.startsWith('rejected') ? 'rejected' : 'delivered'
          ])
          expect([seed, results]).toEqual([seed, due])
        }
      }
      await Promise.all(Array.from({ length: CLIENTS }, (_, client) => runClient(client)))
      const count = (due: string) =>
        settled.flatMap(({ results }) => results.filter(({ outcome }) => outcome === due)).length
      const last = new Map([...names].map(([user, list]) => [user, list[list.length - 1]]))

      expect({ seed, last, accepted: count('delivered'), rejected: count('rejected') }).toEqual({ seed, ...expected })
    }
  }, 60_000)
})
