import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { AudienceError, connectAudiences, definitionFor, readMappings } from '..'
import type { Mapping } from '..'
import { deliverToSandbox, identify } from './harness'

const SETTINGS = { api_key: 'pau-key' }

/** A mapping with what its hooks have saved. */
const mappingWith = (saved: object, name = 'Members'): Mapping =>
  readMappings([
    {
      name,
      subscribe: 'type = "identify"',
      partnerAction: 'upsertContact',
      mapping: { user_id: { '@path': '$.userId' }, audience_update_mode: 'add', ...saved }
    }
  ])[0]

describe('the audiences of mappings', () => {
  let close: () => Promise<void>
  let origin: string
  let account: ReturnType<typeof createSandbox>['account']
  const paths: string[] = []
  beforeEach(async () => {
    const sandbox = createSandbox({ apiKey: SETTINGS.api_key })
    account = sandbox.account
    paths.length = 0
    const fetch = (request: Request) => {
      paths.push(new URL(request.url).pathname)
      return sandbox.app.fetch(request)
    }
    ;({ origin, close } = await serve({ fetch }))
  })
  afterEach(() => close())

  const connect = (mappings: readonly Mapping[], options = {}, settings = SETTINGS) =>
    connectAudiences(mappings, definitionFor(origin), settings, options)
  const outputsOf = (mapping: Mapping, hook = 'onMappingSave') => mapping.mapping[hook]

  it('are created at the target when a mapping has a name and no id', async () => {
    const [mapping] = await connect([mappingWith({ onMappingSave: { inputs: { audience_name: 'VIP' } } })])
    const [audience] = account.audiences.all()

    expect(audience.name).toBe('VIP')
    expect(outputsOf(mapping)).toEqual({
      inputs: { audience_name: 'VIP' },
      outputs: { audience_id: audience.id, audience_name: 'VIP' }
    })
  })

  it('are found again by name, whatever id a mapping has', async () => {
    const saved = { inputs: { audience_name: 'VIP' }, outputs: { audience_id: 'of-another', audience_name: 'VIP' } }
    const mappings = [
      mappingWith({ onMappingSave: saved }),
      mappingWith({ onMappingSave: { outputs: saved.outputs } }, 'Named by its outputs'),
      mappingWith({ retlOnMappingSave: saved }, 'Of a warehouse')
    ]
    const connected = await connect(mappings)
    const [{ id }] = account.audiences.all()

    expect(connected.slice(0, 2).map((one) => outputsOf(one))).toMatchObject(
      Array(2).fill({ outputs: { audience_id: id } })
    )
    expect(outputsOf(connected[2], 'retlOnMappingSave')).toMatchObject({ outputs: { audience_id: id } })
    expect(account.audiences.all()).toHaveLength(1)
    // One for each hook
    expect(paths).toEqual(Array(2).fill('/v1/audiences/create'))
  })

  it('keep their ids when that is wanted, but those without one are connected', async () => {
    const kept = mappingWith({
      onMappingSave: { inputs: { audience_name: 'VIP' }, outputs: { audience_id: 'a1', audience_name: 'VIP' } }
    })
    const connected = await connect(
      [kept, mappingWith({ onMappingSave: { inputs: { audience_name: 'New' } } }, 'New')],
      {
        keepsIds: true
      }
    )

    expect(connected[0]).toEqual(kept)
    expect(account.audiences.all().map(({ name }) => name)).toEqual(['New'])
  })

  it.each([
    ['no hook', {}],
    ['a blank name', { onMappingSave: { inputs: { audience_name: ' ' } } }],
    ['an id without a name', { onMappingSave: { outputs: { audience_id: 'a1' } } }]
  ])('are left alone when a mapping has %s', async (_, saved) => {
    const mapping = mappingWith(saved)

    expect(await connect([mapping])).toEqual([mapping])
    expect(paths).toEqual([])
  })

  it('that cannot be connected are reported with the reason of the hook', async () => {
    const mapping = mappingWith({ onMappingSave: { inputs: { audience_name: 'VIP' } } })
    const failed = connect([mapping], {}, { api_key: 'pau-other' })

    await expect(failed).rejects.toEqual(
      new AudienceError(
        'The audience "VIP" of the mapping "Members" cannot be connected: The API key is not valid',
        false
      )
    )
    await expect(failed).rejects.toBeInstanceOf(AudienceError)
  })

  it('that cannot be connected for now may be tried again later', async () => {
    await close()
    const mapping = mappingWith({ onMappingSave: { inputs: { audience_name: 'VIP' } } })

    await expect(connect([mapping])).rejects.toMatchObject({ isTemporary: true })
    ;({ origin, close } = await serve({ fetch: () => new Response() }))
  })

  it('have an id in a dry run, so that the items show them', async () => {
    const mappings = [mappingWith({ onMappingSave: { inputs: { audience_name: 'VIP' } } })]
    const connected = await connectAudiences(mappings, definitionFor('nowhere'), SETTINGS)
    const { reports } = await deliverToSandbox([identify('u1')], { to: 'nowhere', mappings: connected })

    expect(reports[0].results[0].item).toEqual({ user_id: 'u1', audience: { mode: 'add', id: 'dry run: VIP' } })
  })
})
