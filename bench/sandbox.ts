import { setFlagsFromString } from 'v8'
import { runInNewContext } from 'vm'
import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import { serve } from '../sandbox/http/serve'
import { median } from './measure'

/** What the sandbox must stand, so that it never is what a measurement measures. Run: npm run bench:sandbox */

const BATCH = 500
const ROUNDS = 9
const REQUESTS_A_ROUND = 40
const ACTIVITIES = 100_000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function contact(index: number): object {
  return {
    user_id: `u${index % 50_000}`,
    timestamp: '2026-03-10T12:00:00Z',
    message_id: `c${index}`,
    traits: {
      firstName: 'Lana',
      lastName: `Romeijn ${index}`,
      email: `lana${index % 50_000}@example.org`,
      active: true
    }
  }
}

function activity(index: number): object {
  return {
    user_id: `u${index % 50_000}`,
    event: 'Order completed',
    timestamp: '2026-03-10T12:00:00Z',
    message_id: `a${index}`,
    properties: { total: 59.9, currency: 'AUD' }
  }
}

/** A plan that is large enough for any run. */
const account = { ...exampleAccount, plan: { contacts: 10_000_000, activities: 10 } }

/** Items a second over HTTP on this machine, the median of some rounds. */
async function measureSpeed(path: string, item: (index: number) => object): Promise<number> {
  const { app, apiKey } = createSandbox({ account })
  const { origin, close } = await serve(app)
  let index = 0
  const speeds: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const bodies = Array.from({ length: REQUESTS_A_ROUND }, () =>
      JSON.stringify(Array.from({ length: BATCH }, () => item(index++)))
    )
    const started = performance.now()
    for (const body of bodies) {
      const headers = { authorization: `Bearer ${apiKey}` }
      const response = await fetch(`${origin}/v1${path}`, { method: 'POST', headers, body })
      await response.arrayBuffer()
    }
    speeds.push((REQUESTS_A_ROUND * BATCH * 1000) / (performance.now() - started))
  }
  await close()
  return median(speeds)
}

/** Bytes of memory that one more stored activity takes. */
async function measureMemory(): Promise<number> {
  const { app, apiKey } = createSandbox({ account })
  const send = (path: string, items: object[]) =>
    app.request(`/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify(items)
    })
  await send('/identify', [contact(0)])
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let start = 0; start < ACTIVITIES; start += BATCH) {
    await send(
      '/track',
      Array.from({ length: BATCH }, (_, index) => ({ ...activity(start + index), user_id: 'u0' }))
    )
  }
  collectGarbage()
  return (process.memoryUsage().heapUsed - before) / ACTIVITIES
}

async function main(): Promise<void> {
  console.log(`contacts    ${Math.round(await measureSpeed('/identify', contact))} items a second`)
  console.log(`activities  ${Math.round(await measureSpeed('/track', activity))} items a second`)
  console.log(`memory      ${Math.round(await measureMemory())} bytes for a plain activity`)
}

void main()
