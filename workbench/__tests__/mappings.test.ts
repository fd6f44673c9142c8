import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { readMappings } from '../../delivery'
import { MappingsStore } from '../server'
import { endAll, identify, startWorkbench } from './harness'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

const mapping = {
  name: 'Contacts',
  enabled: true,
  partnerAction: 'upsertContact',
  subscribe: 'type = "identify"',
  mapping: { user_id: { '@path': '$.userId' }, traits: { '@path': '$.traits' } }
}

it('starts with the presets, without a file', async () => {
  const mappingsFile = join(folder, 'mappings.json')
  const { send } = await startWorkbench({ mappingsFile })
  const { mappings } = (await send('GET', '/api/mappings')) as { mappings: { name: string }[] }
  expect(mappings.map(({ name }) => name)).toEqual(['Upsert Contact', 'Track Activity'])
  expect(() => readFileSync(mappingsFile)).toThrow('ENOENT')
})

it('saves mappings to a file for ortto deliver, and sends events through them', async () => {
  const mappingsFile = join(folder, 'mappings.json')
  const { send, tryOut } = await startWorkbench({ mappingsFile })
  expect(await send('PUT', '/api/mappings', { mappings: [mapping] })).toEqual({ problems: [], mappings: [mapping] })
  expect(readMappings(JSON.parse(readFileSync(mappingsFile, 'utf8')))).toMatchObject([{ name: 'Contacts' }])
  expect((await tryOut(identify()))[0].results).toMatchObject([{ mapping: 'Contacts', status: 200 }])
  expect((await MappingsStore.open(mappingsFile)).mappings).toEqual([mapping])
})

it('saves nothing if there are problems, and names the mapping and the field of each', async () => {
  const { send } = await startWorkbench()
  const broken = [
    mapping,
    { ...mapping, name: 'Other', subscribe: 'type =', mapping: { ...mapping.mapping, userid: { '@path': '$.userId' } } }
  ]
  const { problems, mappings } = (await send('PUT', '/api/mappings', { mappings: broken })) as Saved
  expect(problems).toEqual([
    { index: 1, field: 'subscribe', message: expect.stringMatching('trigger cannot be read') as string },
    { index: 1, field: 'userid', message: expect.stringMatching('did you mean "user_id"') as string }
  ])
  expect(mappings.map(({ name }) => name)).toEqual(['Upsert Contact', 'Track Activity'])
  expect(await send('POST', '/api/mappings/check', { mappings: broken })).toEqual({
    problems,
    names: ['Contacts', 'Other']
  })
  expect(await send('POST', '/api/mappings/check', { mappings: [mapping] })).toEqual({
    problems: [],
    names: ['Contacts'],
    mappings: [mapping]
  })
  expect(await send('POST', '/api/mappings/check', { mappings: 1 })).toEqual({
    problems: [{ message: expect.stringMatching(/^A mappings file is a JSON array of mappings\./) as string }],
    names: []
  })
})

interface Saved {
  problems: object[]
  mappings: { name: string }[]
}

it('reports problems of the file at the start', async () => {
  const path = join(folder, 'mappings.json')
  writeFileSync(path, '{')
  await expect(MappingsStore.open(path)).rejects.toThrow(`${path}: It is not JSON (Expected property name`)
  writeFileSync(path, '[{"name":"Contacts"}]')
  await expect(MappingsStore.open(path)).rejects.toThrow(`${path}: Mapping "Contacts" (number 1): its "partnerAction"`)
  await expect(MappingsStore.open(folder)).rejects.toThrow(`Cannot read ${folder}`)
})

it('connects an audience, or explains why it cannot', async () => {
  const { send, sandbox } = await startWorkbench({ account: { traits: {}, otherAudiences: ['Newsletter'] } })
  expect(await send('POST', '/api/audience', { name: 'VIP' })).toEqual({
    error: null,
    message: expect.stringMatching('Connected to the Ortto audience "VIP"') as string,
    outputs: { audience_id: sandbox.account.audiences.find('VIP')?.id, audience_name: 'VIP' }
  })
  expect(await send('POST', '/api/audience', { name: 'Newsletter' })).toMatchObject({
    error: expect.stringMatching('was not created by Segment') as string,
    outputs: null
  })
  expect(await send('POST', '/api/audience', { name: ' ' })).toMatchObject({ error: null, outputs: null })
})

it('returns actions, examples, keys and addresses for the page', async () => {
  const { send, writeKey, sandbox } = await startWorkbench()
  const setup = (await send('GET', '/api/setup')) as Record<string, unknown>
  expect(setup).toMatchObject({ destination: 'Ortto (Actions)', writeKey, apiKey: sandbox.apiKey, mappingsFile: null })
  const [contact] = setup.actions as { fields: { key: string; isHidden: boolean; parts?: object[] }[] }[]
  expect(contact.fields.find(({ key }) => key === 'location')?.parts).toHaveLength(4)
  expect(contact.fields.find(({ key }) => key === 'batch_size')?.isHidden).toBe(true)
})

it('has examples with the results that their titles say', async () => {
  const { send, tryOut } = await startWorkbench()
  const { examples } = (await send('GET', '/api/setup')) as { examples: { title: string; text: string }[] }
  for (const { title, text } of examples) {
    const [trace] = await tryOut(text)
    const status = trace.results.length > 0 ? trace.results[0].status : 0
    const [kind] = /^(Rejected|Skipped|Not matched)/.exec(title) ?? ['']
    expect({ title, kind: status === 0 ? 'Not matched' : status >= 400 ? 'Rejected' : kind }).toEqual({ title, kind })
  }
})

it('does not overwrite mappings that were saved in the meantime', async () => {
  const { send } = await startWorkbench()
  const { mappings: base } = (await send('GET', '/api/mappings')) as { mappings: object[] }
  const renamed = (name: string) => base.map((one, index) => (index === 0 ? { ...one, name } : one))
  expect(await send('PUT', '/api/mappings', { mappings: renamed('Theirs'), base })).toMatchObject({ problems: [] })
  expect(await send('PUT', '/api/mappings', { mappings: renamed('Ours'), base })).toMatchObject({
    problems: [{ message: 'Other mappings were saved in the meantime. Your changes were not saved.' }],
    mappings: [{ name: 'Theirs' }, {}]
  })
})

it('exports the mappings as a file', async () => {
  const { request, send } = await startWorkbench()
  const response = await request('/api/mappings/file')
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="mappings.json"')
  const { mappings } = (await send('GET', '/api/mappings')) as { mappings: object[] }
  expect(await response.json()).toEqual(mappings)
})

it('exports the mappings in the shape of Segment, and imports them from the envelope of its API', async () => {
  const { request, send } = await startWorkbench()
  const subscriptions = (await (await request('/api/mappings/file?shape=segment')).json()) as object[]
  expect(subscriptions[0]).toMatchObject({ name: 'Upsert Contact', trigger: 'type = "identify"' })

  const { mappings } = (await send('GET', '/api/mappings')) as { mappings: object[] }
  expect(await send('POST', '/api/mappings/check', { mappings: { data: { subscriptions } } })).toEqual({
    problems: [],
    names: ['Upsert Contact', 'Track Activity'],
    mappings
  })
})

it('does not overwrite manual changes of the file', async () => {
  const mappingsFile = join(folder, 'mappings.json')
  const { send } = await startWorkbench({ mappingsFile })
  await send('PUT', '/api/mappings', { mappings: [mapping] })
  writeFileSync(mappingsFile, JSON.stringify([{ ...mapping, name: 'By hand' }]))

  expect(
    await send('PUT', '/api/mappings', { mappings: [{ ...mapping, name: 'Ours' }], base: [mapping] })
  ).toMatchObject({
    problems: [{ message: 'Other mappings were saved in the meantime. Your changes were not saved.' }],
    mappings: [{ name: 'By hand' }]
  })
  writeFileSync(mappingsFile, 'no JSON')
  expect(await send('PUT', '/api/mappings', { mappings: [mapping] })).toMatchObject({
    problems: [{ message: expect.stringContaining('Fix or delete the file') as string }]
  })
  expect(readFileSync(mappingsFile, 'utf8')).toBe('no JSON')
})

it('explains why mappings cannot be written', async () => {
  const { send } = await startWorkbench({ mappingsFile: join(folder, 'none', 'mappings.json') })

  expect(await send('PUT', '/api/mappings', { mappings: [mapping] })).toMatchObject({
    problems: [{ message: expect.stringMatching(/Cannot write .*mappings.json: ENOENT/) as string }],
    mappings: [{ name: 'Upsert Contact' }, {}]
  })
})
