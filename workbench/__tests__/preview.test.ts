import { endAll, identify, startWorkbench } from './harness'

afterEach(endAll)

interface Preview {
  readAs?: string
  event?: number
  trigger?: { matches: boolean; why: string }
  fields: { key: string; value?: unknown }[]
}

/** What a mapping that is being edited would make of events. */
async function previewOf(members: object, ...events: unknown[]): Promise<Preview> {
  const { send } = await startWorkbench()
  const mapping = { partnerAction: 'upsertContact', subscribe: 'type = "identify"', mapping: {}, ...members }
  return (await send('POST', '/api/mappings/preview', { mapping, events })) as Preview
}

const userId = { user_id: { '@path': '$.userId' } }

it('shows the value of each field for the first event that the trigger matches', async () => {
  const preview = await previewOf({ mapping: userId }, { type: 'track', userId: 'max' }, identify())
  expect(preview).toMatchObject({ event: 1, trigger: { matches: true, why: 'type = "identify" is true' } })
  expect(preview.fields).toEqual([expect.objectContaining({ key: 'user_id', value: 'lana' })])
})

it('explains why the trigger matches no event, and shows the first event', async () => {
  const preview = await previewOf({ mapping: userId }, 'no event', { type: 'track', userId: 'max' })
  expect(preview).toMatchObject({ event: 1, trigger: { matches: false }, fields: [{ value: 'max' }] })
})

it('omits only the fields with problems', async () => {
  const mapping = { ...userId, ip: { '@path': 5 }, fax: 'x' }
  expect((await previewOf({ mapping }, identify())).fields.map(({ key }) => key)).toEqual(['user_id'])
})

it('shows an event of the action’s default trigger while the trigger cannot be read', async () => {
  const preview = await previewOf(
    { subscribe: 'type =', mapping: userId },
    { type: 'track', userId: 'max' },
    identify()
  )
  expect(preview).toMatchObject({ event: 1, fields: [{ value: 'lana' }] })
  expect(preview.trigger).toBeUndefined()
})

it('shows how Segment reads a trigger, if it can be read', async () => {
  expect(await previewOf({ subscribe: '(' }, identify())).toMatchObject({ fields: [] })
  expect((await previewOf({ subscribe: 'type = identify' }, identify())).readAs).toBe('type = "identify"')
})
