import { hc } from 'hono/client'
import type { ContactJson, ControlApi, HistoryEntry } from '..'
import { startSandbox } from './harness'
import type { ActivityCode, HistoryCode } from '../model/codes'
import type { MergeSetting } from '../rules'

/** True if two types are the same. */
type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only if the type of the value is exactly the expected type. */
function typed<Expected>() {
  return <Value>(value: Value, ..._proof: IsSame<Value, Expected> extends true ? [] : [never]): Value => value
}

describe("Hono's client for the control API", () => {
  const start = () => {
    const sandbox = startSandbox()
    const client = hc<ControlApi>('http://127.0.0.1:8030/sandbox', {
      fetch: sandbox.app.request,
      headers: { 'content-type': 'application/json' }
    })
    return { ...sandbox, client }
  }

  it('knows contacts and activities', async () => {
    const { client, identify, track } = start()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    await track({ user_id: 'u1', event: 'Signed up', properties: { count: 2 } })
    const [contact]: ContactJson[] = await (await client.contacts.$get()).json()
    const [{ history }] = await (await client.contacts.$get()).json()

    expect(typed<HistoryEntry[]>()(history)).toHaveLength(1)
    expect(typed<number>()(contact.number)).toBe(1)
    expect(typed<string | number | boolean | string[]>()(contact.fields.Name)).toBe('Lana')
    expect(typed<'attached' | 'waiting' | 'discarded'>()(contact.activities[0].state)).toBe('attached')
    const [activity] = await (await client.activities.$get()).json()
    expect(typed<string>()(activity.reason)).toBe(contact.activities[0].reason)
    expect(typed<ActivityCode>()(activity.reasonCode)).toBe('contact_known')
    expect(typed<HistoryCode>()(history[0].code)).toBe('created')
  })

  it('knows usage, clock, index, samples and account', async () => {
    const { client } = start()

    expect(typed<string | undefined>()((await (await client.usage.$get()).json()).track.freeAt)).toBeUndefined()
    expect(typed<string>()((await (await client.clock.$get()).json()).now)).toBe('2026-03-10T12:00:00.000Z')
    expect(typed<string>()((await (await client.index.$get()).json())[0].curl)).toContain('/sandbox/summary')
    const { message } = await (await client.samples.$get()).json()
    expect(typed<string | undefined>()(message)).toContain('Waiting')
    const { dataSource } = await (await client.account.$get()).json()
    expect(typed<MergeSetting>()(dataSource.merge)).toBe('overwrite')
  })

  it('knows the bodies, with their optional parts', async () => {
    const { client, contacts, identify } = start()
    await client.faults.$post({ json: { kind: 'status', status: 503, once: false } })
    await client.clock.$post({ json: { by: '1 day' } })
    await client.account.$put({ json: { fields: [{ name: 'Name', type: 'text' }], traits: { name: 'Name' } } })
    // @ts-expect-error There is no fault of this kind.
    expect((await client.faults.$post({ json: { kind: 'fire' } })).status).toBe(400)
    // @ts-expect-error The body is missing.
    expect((await client.clock.$post({})).status).toBe(400)

    const deleted = await client.faults[':kind'].$delete({ param: { kind: 'status' } })
    expect(await deleted.json()).toEqual([])
    await client.faults.$delete()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    const state = await (await client.state.$get()).json()
    expect((await client.reset.$post({ json: {} })).status).toBe(200)
    expect(contacts()).toHaveLength(0)
    expect(await (await client.state.$put({ json: state })).json()).toEqual({ contacts: 1 })
  })
})
