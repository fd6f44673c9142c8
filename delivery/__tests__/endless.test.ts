import { serve } from '../../sandbox/serve'
import { Delivery, presetMappings, Stopped } from '..'
import type { Line, Verdict } from '..'
import { deliverTo, fastTime, identify, linesOf, refusing, took } from './harness'

describe('a delivery of lines that never end', () => {
  it('gives the first refusals after a moment, and does not wait for more lines', async () => {
    const { origin, close } = await serve({ fetch: () => refusing(422, 'No mappings configured') })
    const delivery = new Delivery({
      to: origin,
      settings: { api_key: 'pau-key' },
      mappings: presetMappings(),
      time: fastTime(),
      isEndless: true
    })
    const verdicts: Verdict[] = []
    let end: () => void = () => undefined
    async function* endless(): AsyncGenerator<Line[]> {
      yield* linesOf([identify('u1')])
      await new Promise<void>((resolve) => (end = resolve))
    }
    for await (const some of delivery.run(endless())) {
      verdicts.push(...some)
      end()
    }
    await close()

    expect(verdicts.map(({ message }) => message)).toEqual(['No mappings configured'])
  })

  it('is told how long each batch took', async () => {
    const times: number[] = []
    await deliverTo(took, [identify('u1')], { onAnswer: (milliseconds) => times.push(milliseconds) })

    expect(times).toHaveLength(1)
  })
})

describe('a delivery that stops', () => {
  const stoppedBy = async (status: number) => {
    const { origin, close } = await serve({ fetch: () => refusing(status) })
    const options = { to: origin, settings: { api_key: 'pau-key' }, mappings: presetMappings(), time: fastTime() }
    const run = async () => {
      for await (const _ of new Delivery(options).run(linesOf([identify('u1')]))) {
        // Nothing comes.
      }
    }
    const error = await run().catch((thrown: unknown) => thrown)
    await close()
    return error instanceof Stopped ? error.mayPass : undefined
  }

  it('says whether what stopped it may pass by itself', async () => {
    expect(await stoppedBy(503)).toBe(true)
    expect(await stoppedBy(401)).toBe(false)
  })
})
