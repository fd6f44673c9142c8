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

it('shows what each field gives for the first event that the trigger takes', async () => {
  const preview = await previewOf({ mapping: userId }, { type: 'track', userId: 'max' }, identify())
  expect(preview).toMatchObject({ event: 1, trigger: { matches: true, why: 'type = "identify" is true' } })
  expect(preview.fields).toEqual([expect.objectContaining({ key: 'user_id', value: 'lana' })])
})

it('says why the trigger takes none of them, and shows the first', async () => {
  const preview = await previewOf({ mapping: userId }, 'no event', { type: 'track', userId: 'max' })
  expect(preview).toMatchObject({ event: 1, trigger: { matches: false }, fields: [{ value: 'max' }] })
})

it('leaves out only what is wrong', async () => {
  const mapping = { ...userId, ip: { '@path': 5 }, fax: 'x' }
  expect((await previewOf({ mapping }, identify())).fields.map(({ key }) => key)).toEqual(['user_id'])
})

it('shows an event of the action’s own kind while the trigger can not be read', async () => {
  const preview = await previewOf(
    { subscribe: 'type =', mapping: userId },
    { type: 'track', userId: 'max' },
    identify()
  )
  expect(preview).toMatchObject({ event: 1, fields: [{ value: 'lana' }] })
  expect(preview.trigger).toBeUndefined()
})

it('shows nothing of a trigger that can not be read, and how Segment reads one that can', async () => {
  expect(await previewOf({ subscribe: '(' }, identify())).toMatchObject({ fields: [] })
  expect((await previewOf({ subscribe: 'type = identify' }, identify())).readAs).toBe('type = "identify"')
})
