import { serve } from '../../sandbox/http/serve'
import { Delivery, presetMappings, Stopped } from '..'
import type { EventReport, ReadItem } from '..'
import type { Time } from '../engine/time'
import { deliverTo, fastTime, identify, itemsOf, refusing, took } from './harness'

describe('a delivery of events that never end', () => {
  /** Delivers one event that Ortto rejects. The input ends when its report has come. */
  const deliverOne = async (time: Time) => {
    const { origin, close } = await serve({ fetch: () => refusing(422, 'No mappings configured') })
    const settings = { api_key: 'pau-key' }
    const delivery = new Delivery({ to: origin, settings, mappings: presetMappings(), time, isEndless: true })
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
    return reports.flatMap(({ results }) => results)
  }

  it('reports the first rejections after a moment, and does not wait for more events', async () => {
    expect(await deliverOne(fastTime())).toMatchObject([
      { outcome: 'rejected', code: 'no_contact_mapping', message: 'No mappings configured' }
    ])
  })

  it('reports them also when that moment passes while they are looked at', async () => {
    /** Goes on with each reading, and jumps to the time that is waited for when nothing else happens. */
    const clockOf = (step: number): Time => {
      let now = 0
      const at = (moment: number, call: () => void) => {
        const timer = setTimeout(() => {
          now = Math.max(now, moment)
          call()
        }, 50)
        return () => clearTimeout(timer)
      }
      return { ...fastTime(), now: () => (now += step), at }
    }
    const steps = Array.from({ length: 200 }, (_, index) => index + 1)
    const results = await Promise.all(steps.map((step) => deliverOne(clockOf(step))))

    expect(results.map(({ length }) => length)).toEqual(steps.map(() => 1))
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
