import { serve } from '../../sandbox/http/serve'
import { Delivery, presetMappings, Stopped } from '..'
import type { EventReport, ReadItem } from '..'
import { deliverTo, fastTime, identify, itemsOf, refusing, took } from './harness'

describe('a delivery of events that never end', () => {
  it('reports the first rejections after a moment, and does not wait for more events', async () => {
    const { origin, close } = await serve({ fetch: () => refusing(422, 'No mappings configured') })
    const delivery = new Delivery({
      to: origin,
      settings: { api_key: 'pau-key' },
      mappings: presetMappings(),
      time: fastTime(),
      isEndless: true
    })
    const reports: EventReport[] = []
    let end: () => void = () => undefined
    async function* endless(): AsyncGenerator<ReadItem[]> {
      yield* itemsOf([identify('u1')])
      await new Promise<void>((resolve) => (end = resolve))
    }
    for await (const list of delivery.run(endless())) {
      reports.push(...list)
      end()
    }
    await close()

    expect(reports.flatMap(({ results }) => results)).toMatchObject([
      { outcome: 'rejected', code: 'no_contact_mapping', message: 'No mappings configured' }
    ])
  })

  it('is told how long each batch took', async () => {
    const times: number[] = []
    await deliverTo(took, [identify('u1')], { onBatchSent: (durationMs) => times.push(durationMs) })

    expect(times).toHaveLength(1)
  })
})

describe('a delivery that stops', () => {
  const stoppedBy = async (status: number) => {
    const { origin, close } = await serve({ fetch: () => refusing(status) })
    const options = { to: origin, settings: { api_key: 'pau-key' }, mappings: presetMappings(), time: fastTime() }
    const run = async () => {
      for await (const _ of new Delivery(options).run(itemsOf([identify('u1')]))) {
        // Nothing comes.
      }
    }
    const error = await run().catch((thrown: unknown) => thrown)
    await close()
    return error instanceof Stopped ? [error.code, error.isTemporary] : undefined
  }

  it('says why, and whether the same delivery may succeed later', async () => {
    expect(await stoppedBy(503)).toEqual(['outage', true])
    expect(await stoppedBy(401)).toEqual(['api_key_refused', false])
  })
})
