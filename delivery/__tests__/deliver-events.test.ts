import { startSandbox } from '../../sandbox'
import { deliverEvents } from '..'

describe('events that a program delivers', () => {
  it('have a report each, in their order, and are delivered with the presets', async () => {
    const ortto = await startSandbox({ account: { traits: { email: 'Email' }, activities: [{ name: 'Signed up' }] } })
    const events = [
      { type: 'identify', userId: 'u1', traits: { email: 'lana@example.org' } },
      { type: 'track', userId: 'u1', event: 'Signed up' },
      { type: 'identify', traits: { email: 'nobody@example.org' } },
      { type: 'page', userId: 'u1' }
    ]
    try {
      const reports = await deliverEvents(events, { to: ortto.url, settings: { api_key: ortto.apiKey } })

      expect(
        reports.map(({ source, results, skipped }) => [
          source.kind === 'file' && source.line,
          results[0]?.code ?? skipped?.code
        ])
      ).toEqual([
        [1, 'processed'],
        [2, 'processed'],
        [3, 'missing_id'],
        [4, 'no_matching_mapping']
      ])
      expect(ortto.account.contacts.all().map(({ activities }) => activities.length)).toEqual([1])
    } finally {
      await ortto.close()
    }
  })

  it('may be none', async () => {
    expect(await deliverEvents([], { to: 'nowhere', settings: { api_key: 'pau-key' } })).toEqual([])
  })
})
