import { Destination } from '@segment/actions-core'
import type { DestinationDefinition, Subscription } from '@segment/actions-core'
import { Readable } from 'stream'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/serve'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'
import { atOrigin, deliver, readNdjson } from '..'
import type { Verdict } from '..'

const presets = (ortto.presets ?? []).flatMap((preset) => (preset.type === 'automatic' ? [preset] : []))

const ACCOUNT = {
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up' }]
}

/** Delivers the lines to a sandbox over real HTTP. */
async function deliverLines(lines: readonly (object | string)[], subscriptions: readonly Subscription[] = presets) {
  const { app, account, apiKey } = createSandbox({ account: ACCOUNT })
  const bodies: unknown[][] = []
  const recording = {
    fetch: async (request: Request) => {
      const copy = request.clone()
      const response = await app.fetch(request)
      bodies.push((await copy.json()) as unknown[])
      return response
    }
  }
  const { origin, close } = await serve(recording)
  try {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
    const destination = new Destination<Settings>(atOrigin(ortto, origin))
    const verdicts: Verdict[] = []
    for await (const verdict of deliver(
      readNdjson(Readable.from(text)),
      destination,
      { api_key: apiKey },
      subscriptions
    )) {
      verdicts.push(verdict)
    }
    return { verdicts, account, bodies, destination }
  } finally {
    await close()
  }
}

const identify = (userId: string, members: object = {}) => ({
  type: 'identify',
  userId,
  traits: { name: userId },
  ...members
})
const track = (userId: string, members: object = {}) => ({ type: 'track', event: 'Signed up', userId, ...members })

describe('delivering events', () => {
  it('stores contacts and activities in Ortto, and has a verdict for each line in order', async () => {
    const { verdicts, account, bodies, destination } = await deliverLines([track('u1'), identify('u1'), identify('')])

    expect(verdicts.map(({ line, mapping, status, sent }) => ({ line, mapping, status, sent }))).toEqual([
      { line: 1, mapping: 'Track Activity', status: 200, sent: true },
      { line: 2, mapping: 'Upsert Contact', status: 200, sent: true },
      { line: 3, mapping: 'Upsert Contact', status: 400, sent: false }
    ])
    expect(bodies).toHaveLength(2)
    expect(account.contacts.all()).toHaveLength(1)
    expect(account.contacts.all()[0].activities).toEqual(account.activities.all())
    expect(destination.responses).toHaveLength(0)
  })

  it('reports a line that is no event, and goes on', async () => {
    const { verdicts, account } = await deliverLines([
      '\uFEFF{"type":"identify","userId":"u1","traits":{"name":"A"}}',
      '',
      '{oops',
      '[]',
      '{}',
      track('u1')
    ])

    expect(verdicts.map(({ line, status }) => [line, status])).toEqual([
      [1, 200],
      [3, 400],
      [4, 400],
      [5, 400],
      [6, 200]
    ])
    expect(verdicts[1].message).toContain('not JSON')
    expect(verdicts[2].message).toContain('not a Segment event')
    expect(account.contacts.all()).toHaveLength(1)
  })

  it('says which events no mapping takes', async () => {
    const { verdicts, bodies } = await deliverLines([{ type: 'page', userId: 'u1' }])

    expect(verdicts).toMatchObject([
      { line: 1, sent: false, message: 'No mapping takes this event, so it was not sent.' }
    ])
    expect(verdicts[0].status).toBeUndefined()
    expect(bodies).toHaveLength(0)
  })

  it('has a verdict for each mapping that takes an event', async () => {
    const everything = presets.map((preset) => ({ ...preset, subscribe: 'type = "track"' }))
    const { verdicts } = await deliverLines([track('u1')], everything)

    expect(verdicts.map(({ line, mapping }) => [line, mapping])).toEqual([
      [1, 'Upsert Contact'],
      [1, 'Track Activity']
    ])
  })

  it('sends 500 events in a request at most', async () => {
    const { verdicts, bodies } = await deliverLines(Array.from({ length: 1001 }, (_, index) => identify(`u${index}`)))

    expect(bodies.map((items) => items.length)).toEqual([500, 500, 1])
    expect(verdicts.map(({ line, status }) => [line, status])).toEqual(verdicts.map((_, index) => [index + 1, 200]))
  })

  it('loses no event because the framework cannot map another one', async () => {
    const { verdicts, account } = await deliverLines([
      identify('u1'),
      identify('u2', { context: null }),
      identify('u3')
    ])

    expect(verdicts.map(({ status }) => status)).toEqual([200, 400, 200])
    expect(verdicts[1].message).toContain('refuses this event')
    expect(account.contacts.all().map(({ ids }) => ids[0].value)).toEqual(['u1', 'u3'])
  })
})

describe('a mapping', () => {
  it.each([
    [{ subscribe: 'type = "track' }, 'The trigger of the mapping "Broken" cannot be read (type = "track)'],
    [{ partnerAction: 'sendFax' }, 'The mapping "Broken" names an action that there is not: sendFax']
  ])('that is wrong stops the delivery before it starts: %j', async (members, message) => {
    await expect(deliverLines([identify('u1')], [{ ...presets[0], name: 'Broken', ...members }])).rejects.toThrow(
      message
    )
  })
})

describe('a destination at another origin', () => {
  it('makes the same requests there: actions, hooks and the test of the key', async () => {
    const urls: string[] = []
    const definition: DestinationDefinition<Settings> = atOrigin(ortto, 'http://127.0.0.1:8030/ignored')
    const request = ((url: string) => {
      urls.push(url)
      return Promise.reject(new Error('not needed'))
    }) as never
    const { upsertContact } = definition.actions
    const input = { settings: { api_key: 'pau-key' }, hookInputs: { audience_name: 'VIP' } }

    await upsertContact.performBatch?.(request, { ...input, payload: [{ user_id: 'u1' }] })
    await expect(upsertContact.perform(request, { ...input, payload: { user_id: 'u1' } })).rejects.toThrow()
    await upsertContact.hooks?.onMappingSave?.performHook(request, { ...input, payload: {} })
    await expect(
      Promise.resolve(definition.authentication?.testAuthentication?.(request, { ...input, auth: {} as never }))
    ).rejects.toThrow()

    expect(urls).toEqual([
      'http://127.0.0.1:8030/v1/identify',
      'http://127.0.0.1:8030/v1/identify',
      'http://127.0.0.1:8030/v1/audiences/create',
      'http://127.0.0.1:8030/v1/me'
    ])
  })

  it('needs a URL', () => {
    expect(() => atOrigin(ortto, 'localhost')).toThrow('Invalid URL')
  })
})
