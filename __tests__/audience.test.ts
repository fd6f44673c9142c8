import { createTestIntegration } from '@segment/actions-core'
import type { ActionHookResponse, JSONObject, SegmentEvent } from '@segment/actions-core'
import nock from 'nock'
import destination from '../src'
import { readAudienceChange } from '../src/audience'
import type { OnMappingSaveOutputs } from '../src/upsertContact.types'
import { API_KEY, deliverAlone, deliverTogether, ORTTO, orttoResponds, SETTINGS, useNock } from './__helpers__/harness'
import type { ActionName } from './__helpers__/harness'

useNock()

const ACTIONS: ActionName[] = ['upsertContact', 'trackActivity']
const HOOKS = ['onMappingSave', 'retlOnMappingSave'] as const

describe.each(ACTIONS.flatMap((action) => HOOKS.map((hook) => [action, hook] as const)))(
  '%s with the hook %s',
  (action, hook) => {
    const associate = async (hookInputs: object, settings = SETTINGS) => {
      const { actions } = createTestIntegration(destination)
      const response = await actions[action].executeHook(hook, { settings, hookInputs, payload: {} })
      return response as ActionHookResponse<OnMappingSaveOutputs>
    }

    /** Makes Ortto respond, and collects the bodies that it got. */
    const orttoCreates = (status: number, response: nock.Body): unknown[] => {
      const bodies: unknown[] = []
      nock(ORTTO)
        .post('/v1/audiences/create')
        .reply((_uri, body) => {
          bodies.push(body)
          return [status, response]
        })
      return bodies
    }

    it('stores the audience that Ortto created or found, and says so', async () => {
      const bodies = orttoCreates(200, { id: 'aud-1', name: 'VIP' })

      expect(await associate({ audience_name: ' VIP ' })).toEqual({
        successMessage: 'Connected to the Ortto audience "VIP" (ID: aud-1).',
        savedData: { audience_id: 'aud-1', audience_name: 'VIP' }
      })
      expect(bodies).toEqual([{ name: 'VIP' }])
    })

    it.each([{}, { name: '' }])('keeps the name that was entered when Ortto gives none: %j', async (members) => {
      orttoCreates(201, { id: 'aud-1', ...members })

      expect((await associate({ audience_name: 'VIP' })).savedData).toEqual({
        audience_id: 'aud-1',
        audience_name: 'VIP'
      })
    })

    it.each([{}, { audience_name: '' }, { audience_name: '  ' }])(
      'asks nothing of Ortto and saves nothing without a name: %j',
      async (inputs) => {
        const bodies = orttoCreates(200, { id: 'aud-1', name: '' })
        const response = await associate(inputs)

        expect(response).toEqual({
          successMessage: 'No Audience Name was entered, so no audience is connected.',
          savedData: {}
        })
        expect(bodies).toHaveLength(0)
      }
    )

    it.each([400, 401, 409, 500])("returns Ortto's own message and its status %i as the code", async (status) => {
      orttoCreates(status, { message: 'Audience limit reached' })

      expect(await associate({ audience_name: 'VIP' })).toEqual({
        error: { message: 'Audience limit reached', code: String(status) }
      })
    })

    it.each(['', '{}', '[]', '{"id":""}', '{"id":" "}', '{"id":7}', 'OK'])(
      'saves nothing of a response without an id: %j',
      async (body) => {
        orttoCreates(200, body)

        expect(await associate({ audience_name: 'VIP' })).toEqual({
          error: { message: `Ortto's response has no usable id of an audience: ${body}`, code: '502' }
        })
      }
    )

    it('saves no id that is too long or holds the API key, and shows no key and no endless name', async () => {
      orttoCreates(200, { id: 'x'.repeat(201), name: 'VIP' })
      expect((await associate({ audience_name: 'VIP' })).error).toMatchObject({ code: '502' })
      orttoCreates(200, { id: `for ${API_KEY}`, name: 'VIP' })
      expect((await associate({ audience_name: 'VIP' })).error).toEqual({
        message: 'Ortto\'s response has no usable id of an audience: {"id":"for ***","name":"VIP"}',
        code: '502'
      })

      orttoCreates(200, { id: 'x'.repeat(200), name: `for ${API_KEY} ${'y'.repeat(1000)}` })
      const { savedData } = await associate({ audience_name: 'VIP' })
      expect(savedData?.audience_id).toHaveLength(200)
      expect(savedData?.audience_name).toMatch(/^for \*\*\* y+…$/)
      expect(savedData?.audience_name).toHaveLength(500)
    })

    it('makes no request with a malformed API key', async () => {
      const bodies = orttoCreates(200, { id: 'aud-1', name: 'VIP' })
      const { error } = await associate({ audience_name: 'VIP' }, { api_key: 'nonsense' })

      expect(error).toMatchObject({ code: '401', message: expect.stringContaining('not an Ortto API key') as string })
      expect(bodies).toHaveLength(0)
    })
  }
)

describe.each(ACTIONS)('the audience of a mapping for %s', (action) => {
  const saved = {
    onMappingSave: { inputs: { audience_name: 'VIP' }, outputs: { audience_id: 'aud-1', audience_name: 'VIP' } }
  }

  /** An event of an Engage audience: the person entered, left, or neither. */
  const engage = (member: unknown, userId = 'u1'): Partial<SegmentEvent> => {
    const type = action === 'upsertContact' ? 'identify' : 'track'
    const membership = { vip: member } as SegmentEvent['traits']
    return {
      type,
      userId,
      context: { personas: { computation_class: 'audience', computation_key: 'vip' } },
      ...(type === 'identify' ? { traits: membership } : { properties: membership })
    }
  }

  it('is not on the wire when none is connected', async () => {
    const received = orttoResponds(action)
    await deliverAlone(action, engage(true))

    expect(received[0].body[0]).not.toHaveProperty('audience')
  })

  it.each(['add', 'remove'])('is changed by every event: %s', async (mode) => {
    const received = orttoResponds(action)
    await deliverAlone(action, {}, { ...saved, audience_update_mode: mode })
    await deliverTogether(action, [engage(false)], { ...saved, audience_update_mode: mode })

    expect(received.map(({ body }) => body[0].audience)).toEqual(Array(2).fill({ mode, id: 'aud-1' }))
  })

  it('gains contacts in a new mapping, whose default is to add', async () => {
    const received = orttoResponds(action)
    await deliverAlone(action, {}, saved)

    expect(received[0].body[0].audience).toEqual({ mode: 'add', id: 'aud-1' })
  })

  it.each<[string, JSONObject]>([
    ['is null', { audience_update_mode: null }],
    ['finds nothing', { audience_update_mode: { '@path': '$.traits.none' } }],
    [
      'adds VIPs only',
      { audience_update_mode: { '@if': { exists: { '@path': '$.traits.vip' }, then: 'add', else: null } } }
    ]
  ])('is not changed when the update mode %s', async (_what, mode) => {
    const received = orttoResponds(action)
    await deliverAlone(action, {}, { ...saved, ...mode })
    const [result] = await deliverTogether(action, [{}], { ...saved, ...mode })

    expect(received.map(({ body }) => body[0].audience)).toEqual([undefined, undefined])
    expect(result.body).toBe('Processed by Ortto.')
  })

  it.each([undefined, null, '', 'Add', 'ADD', 'add ', 'delete', 7])('is not changed by the update mode %j', (mode) => {
    const payload = { audience_update_mode: mode as string | undefined }

    expect(readAudienceChange(payload, saved, true)).toEqual({})
  })

  it('is found where the hook of a warehouse source saved it', async () => {
    const received = orttoResponds(action)
    const { onMappingSave: retlOnMappingSave } = saved
    await deliverAlone(action, {}, { retlOnMappingSave, audience_update_mode: 'add' })

    expect(received[0].body[0].audience).toEqual({ mode: 'add', id: 'aud-1' })
  })

  it('follows Segment: in, out, or neither', async () => {
    const received = orttoResponds(action)
    const mapping = { ...saved, audience_update_mode: 'follow_segment' }
    const events = [engage(true), engage(true, ''), engage(false), engage('yes'), {}]
    const results = await deliverTogether(action, events, mapping)
    await deliverAlone(action, engage(false), mapping)
    await deliverAlone(action, {}, mapping)

    expect(received.map(({ body }) => body.map(({ audience }) => audience))).toEqual([
      [
        { mode: 'add', id: 'aud-1' },
        { mode: 'add', id: 'aud-1' },
        { mode: 'remove', id: 'aud-1' },
        undefined,
        undefined
      ],
      [{ mode: 'remove', id: 'aud-1' }],
      [undefined]
    ])
    expect(results.map(({ body }) => body)).toEqual(Array(5).fill('Processed by Ortto.'))
  })
})

describe('the saved audience', () => {
  it.each([
    undefined,
    null,
    {},
    { onMappingSave: null },
    { onMappingSave: {} },
    { onMappingSave: { outputs: {} } },
    { onMappingSave: { outputs: { audience_id: '' } } },
    { onMappingSave: { outputs: { audience_id: 7 } } },
    { elsewhere: { outputs: { audience_id: 'aud-1' } } }
  ])('is none in %j', (hookOutputs) => {
    expect(readAudienceChange({ audience_update_mode: 'add' }, hookOutputs, undefined)).toEqual({})
  })

  it('is that of the hook that has one', () => {
    const none = { outputs: {} }
    const one = { outputs: { audience_id: 'aud-1' } }
    const expected = { update: { mode: 'add', id: 'aud-1' } }

    expect(
      [
        { onMappingSave: none, retlOnMappingSave: one },
        { onMappingSave: one, retlOnMappingSave: none }
      ].map((hookOutputs) => readAudienceChange({ audience_update_mode: 'add' }, hookOutputs, undefined))
    ).toEqual([expected, expected])
  })
})
