import type { RequestClient } from '@segment/actions-core'
import destination from '../src'
import { SETTINGS } from './harness'
import type { MultiStatusResponse } from '@segment/actions-core'

/** Milliseconds */
const MINUTE = 60_000

describe('the time for a batch', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }))
  afterEach(() => jest.useRealTimers())

  /** A slow Ortto that finds every request too large, and uses up nearly all the time that it is given. */
  function slowOrtto(timeouts: number[]): RequestClient {
    return (_url, options) => {
      const timeout = Number(options?.timeout)
      timeouts.push(timeout)
      jest.setSystemTime(Date.now() + 2 * timeout)
      return Promise.resolve(
        Object.assign(new Response('', { status: 413 }), { content: '', data: undefined }) as never
      )
    }
  }

  it('ends after a minute with a result for every event', async () => {
    const timeouts: number[] = []
    const payload = Array.from({ length: 400 }, (_, index) => ({ user_id: `u${index}`, event: 'Order Completed' }))
    const response = (await destination.actions.trackActivity.performBatch?.(slowOrtto(timeouts), {
      settings: SETTINGS,
      payload
    })) as MultiStatusResponse

    const results = response.getAllResponses().map((result) => result.value())
    expect(results).toHaveLength(400)
    expect(results.every(({ status }) => status === 408)).toBe(true)
    expect(results.every(({ sent }) => sent === undefined)).toBe(true)
    expect(results[399]).toMatchObject({
      errormessage: expect.stringContaining('time for this batch ran out') as string
    })
    expect(Date.now()).toBeLessThanOrEqual(MINUTE)
    expect(timeouts).toEqual([10_000, 10_000, 10_000])
  })
})
