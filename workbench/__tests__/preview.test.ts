import type { Preview } from '../server/preview'
import { endAll, identify, startWorkbench, track } from './harness'

afterEach(endAll)

const mapping = {
  partnerAction: 'trackActivity',
  subscribe: 'type = "track"',
  mapping: { user_id: { '@path': '$.userId' }, event: { '@path': '$.event' } }
}

async function preview(changed: object, events: unknown[]): Promise<Preview> {
  const { send } = await startWorkbench()
  return (await send('POST', '/api/mappings/preview', { mapping: { ...mapping, ...changed }, events })) as Preview
}

it('shows what a mapping gives for the first event that its trigger takes', async () => {
  expect(await preview({}, [7, identify(), track(), track({ userId: 'max' })])).toMatchObject({
    readAs: 'type = "track"',
    event: 2,
    trigger: { takes: true, why: 'type = "track" holds' },
    fields: [
      { key: 'user_id', value: 'lana', from: '$.userId' },
      { key: 'event', value: 'Sign-in button clicked', from: '$.event' }
    ]
  })
})

it('says why the trigger takes none of them, and shows the first', async () => {
  expect(await preview({}, [identify(), identify({ userId: 'max' })])).toMatchObject({
    event: 0,
    trigger: { takes: false, why: 'type = "track" does not hold: its type is "identify"' },
    fields: [{ value: 'lana' }, { key: 'event' }]
  })
})

it('leaves out what has a problem, and goes on with the rest', async () => {
  const fields = { user_id: { '@path': 3 }, event: { '@path': '$.event' } }
  const given = await preview({ subscribe: 'type =', mapping: fields }, [identify(), track()])
  expect(given.readAs).toBeUndefined()
  expect(given.trigger).toBeUndefined()
  expect(given.fields).toMatchObject([{ key: 'event', value: 'Sign-in button clicked' }])
})

it('shows nothing without an event, and for a mapping that can’t be walked', async () => {
  expect(await preview({}, [])).toEqual({ readAs: 'type = "track"', fields: [] })
  const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`) as object
  expect(await preview({ mapping: { traits: deep } }, [track()])).toMatchObject({ fields: [] })
})

it('tells how Segment’s library understands a trigger', async () => {
  expect((await preview({ subscribe: '!(type = "track")' }, [])).readAs).toBe('type = "track"')
})
