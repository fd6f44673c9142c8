import { createTestIntegration } from '@segment/actions-core'
import type { ActionHookResponse, SegmentEvent } from '@segment/actions-core'
import nock from 'nock'
import destination from '../src'
import { audienceUpdate } from '../src/audience'
import type { OnMappingSaveOutputs } from '../src/upsertContact/generated-types'
import { deliverAlone, deliverTogether, ORTTO, orttoAnswers, SETTINGS, useNock } from './__helpers__/harness'
import type { ActionName } from './__helpers__/harness'

useNock()

const ACTIONS: ActionName[] = ['upsertContact', 'trackActivity']

describe.each(ACTIONS)('Associate Audience in %s', (action) => {
  const associate = async (hookInputs: object, settings = SETTINGS) => {
    const { actions } = createTestIntegration(destination)
    const response = await actions[action].executeHook('onMappingSave', { settings, hookInputs, payload: {} })
    return response as ActionHookResponse<OnMappingSaveOutputs>
  }

  /** Makes Ortto answer, and collects the bodies that it got. */
  const orttoCreates = (status: number, answer: nock.Body): unknown[] => {
    const bodies: unknown[] = []
    nock(ORTTO)
      .post('/v1/audiences/create')
      .reply((_uri, body) => {
        bodies.push(body)
        return [status, answer]
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
    'saves nothing of an answer without an id: %j',
    async (answer) => {
      orttoCreates(200, answer)

      expect(await associate({ audience_name: 'VIP' })).toEqual({
        error: { message: `Ortto's answer names no audience: ${answer}`, code: '502' }
      })
    }
  )

  it('makes no request with a malformed API key', async () => {
    const bodies = orttoCreates(200, { id: 'aud-1', name: 'VIP' })
    const { error } = await associate({ audience_name: 'VIP' }, { api_key: 'nonsense' })

    expect(error).toMatchObject({ code: '401', message: expect.stringContaining('not an Ortto API key') as string })
    expect(bodies).toHaveLength(0)
  })
})

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
    const received = orttoAnswers(action)
    await deliverAlone(action, engage(true))

    expect(received[0].body[0]).not.toHaveProperty('audience')
  })

  it.each(['add', 'remove'])('is changed by every event: %s', async (mode) => {
    const received = orttoAnswers(action)
    await deliverAlone(action, {}, { ...saved, audience_update_mode: mode })
    await deliverTogether(action, [engage(false)], { ...saved, audience_update_mode: mode })

    expect(received.map(({ body }) => body[0].audience)).toEqual(Array(2).fill({ mode, id: 'aud-1' }))
  })

  it('gains contacts unless the mapping says otherwise', async () => {
    const received = orttoAnswers(action)
    await deliverAlone(action, {}, saved)

    expect(received[0].body[0].audience).toEqual({ mode: 'add', id: 'aud-1' })
  })

  it('follows Segment: in, out, or neither', async () => {
    const received = orttoAnswers(action)
    const mapping = { ...saved, audience_update_mode: 'follow_segment' }
    await deliverTogether(action, [engage(true), engage(true, ''), engage(false), engage('yes'), {}], mapping)
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
    { onMappingSave: { outputs: { audience_id: 7 } } }
  ])('is none in %j', (hookOutputs) => {
    expect(audienceUpdate({ audience_update_mode: 'add' }, hookOutputs, undefined)).toBeUndefined()
  })
})
