import { errors } from '@nats-io/transport-node'
import type { KV } from '@nats-io/kv'
import { openBucket } from '../open-bucket'

/** A server that fails with these errors, one after the other, and then creates the bucket. */
function failingWith(...failures: Error[]) {
  const bucket = {} as KV
  const create = () => {
    const failure = failures.shift()
    return failure ? Promise.reject(failure) : Promise.resolve(bucket)
  }
  return { bucket, create, left: failures }
}

describe('a bucket of the stream', () => {
  it('is created as soon as the cluster has a leader', async () => {
    const { bucket, create } = failingWith(new errors.TimeoutError(), new errors.NoRespondersError('kv'))

    expect(await openBucket(create)).toBe(bucket)
  })

  it('is not tried again when the server refuses it', async () => {
    const refused = new Error('not allowed')
    const { create, left } = failingWith(refused, new Error('not asked any more'))

    await expect(openBucket(create)).rejects.toBe(refused)
    expect(left).toHaveLength(1)
  })
})
