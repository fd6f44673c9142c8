import { IdentifyOrder } from '../engine/identify-order'
import { deliverToSandbox, identify, track } from './harness'

const at = (time: string, members: object = {}) => identify('u1', { timestamp: `2025-12-31T${time}:00Z`, ...members })

describe('an identify event', () => {
  it('is told when it is older than one before it of the same user', async () => {
    const { reports } = await deliverToSandbox([
      at('12:00'),
      at('10:00'),
      at('12:00'),
      at('11:00', { userId: 'u2' }),
      at('11:00'),
      { ...track('u1', { timestamp: '2025-12-31T01:00:00Z' }) },
      at('13:00'),
      at('12:30', { integrations: { All: false } })
    ])

    expect(reports.map(({ notices }) => notices?.[0])).toEqual([
      undefined,
      'older_identify',
      undefined,
      undefined,
      'older_identify',
      undefined,
      undefined,
      undefined
    ])
  })

  it('is known by its anonymous id without a user, and needs a timestamp', () => {
    const order = new IdentifyOrder()
    const events = ['12:00', '10:00'].map((time) => at(time, { userId: undefined, anonymousId: 'a1' }))

    expect(events.map((event) => order.isOlder(event as never))).toEqual([false, true])
    expect(order.isOlder(at('09:00', { userId: undefined }) as never)).toBe(false)
    expect(order.isOlder(identify('u9') as never)).toBe(false)
  })

  it('is compared with the users that were seen last', () => {
    const order = new IdentifyOrder(4)
    const isOlder = (userId: string, time: string) => order.isOlder(at(time, { userId }) as never)

    expect(['a', 'b', 'a', 'c'].map((user) => isOlder(user, '12:00'))).toEqual([false, false, false, false])
    expect([isOlder('a', '10:00'), isOlder('b', '10:00')]).toEqual([true, false])
  })
})
