import type { DestinationDefinition } from '@segment/actions-core'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'
import { atOrigin } from '../target/at-origin'

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
    await upsertContact.hooks?.retlOnMappingSave?.performHook(request, { ...input, payload: {} })
    await expect(
      Promise.resolve(definition.authentication?.testAuthentication?.(request, { ...input, auth: {} as never }))
    ).rejects.toThrow()

    expect(urls).toEqual([
      'http://127.0.0.1:8030/v1/identify',
      'http://127.0.0.1:8030/v1/identify',
      'http://127.0.0.1:8030/v1/audiences/create',
      'http://127.0.0.1:8030/v1/audiences/create',
      'http://127.0.0.1:8030/v1/me'
    ])
  })

  it('needs a URL', () => {
    expect(() => atOrigin(ortto, 'localhost')).toThrow('Invalid URL')
  })
})
