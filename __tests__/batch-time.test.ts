import type { RequestClient } from '@segment/actions-core'
import destination from '../src'
import { SETTINGS } from './__helpers__/harness'
import type { MultiStatusResponse } from '@segment/actions-core'

/** Milliseconds */
const MINUTE = 60_000

describe('the deadline of a batch', () => {
  beforeEach(() => {
    jest.useFakeTimers()
    jest.setSystemTime(0)
  })
  afterEach(() => jest.useRealTimers())

  /** An Ortto that finds every request too large, and takes so many times the timeout to say so. */
  function slowOrtto(timeouts: number[], slowness: number): RequestClient {
    return (_url, options) => {
      const timeout = Number(options?.timeout)
      timeouts.push(timeout)
      jest.setSystemTime(Date.now() + slowness * timeout)
      return Promise.resolve({ status: 413, ok: false, content: '' } as never)
    }
  }

  it.each([
    [2, [10_000, 10_000, 10_000]],
    [1.5, [10_000, 10_000, 10_000, 7_500, 1_875]]
  ])('ends after a minute with a result for every event, %d timeouts a request', async (slowness, expected) => {
    const timeouts: number[] = []
    const payload = Array.from({ length: 400 }, (_, index) => ({ user_id: `u${index}`, event: 'Order Completed' }))
    const response = (await destination.actions.trackActivity.performBatch?.(slowOrtto(timeouts, slowness), {
      settings: SETTINGS,
      payload
    })) as MultiStatusResponse

    const results = response.getAllResponses().map((result) => result.value())
    expect(results).toHaveLength(400)
    expect(results.every(({ status }) => status === 408)).toBe(true)
    expect(results.every(({ sent }) => sent === undefined)).toBe(true)
    expect(results[399]).toMatchObject({
      errortype: 'REQUEST_TIMEOUT',
      errormessage: expect.stringContaining('The batch deadline passed') as string
    })
    expect(Date.now()).toBeLessThanOrEqual(MINUTE)
    expect(timeouts).toEqual(expected)
  })
})
