import type { ContactUpdate } from '../server/causes'
import type { EventLink, ShownLogEntry } from '../server/log'
import { endAll, identify, startWorkbench, track } from './harness'

afterEach(endAll)

async function start() {
  const workbench = await startWorkbench()
  return {
    ...workbench,
    log: async () => (await workbench.send('GET', '/api/log')) as ShownLogEntry[],
    updatesOf: async (contact: number) =>
      (await workbench.send('GET', `/api/contacts/${contact}/updates`)) as (ContactUpdate & { event?: EventLink })[]
  }
}

describe('the error log', () => {
  it('links each entry to its event, also in a batch', async () => {
    const { tryOut, log } = await start()
    const [, unmapped, skipped] = await tryOut(
      identify(),
      track({ event: 'Fax sent' }),
      identify({ userId: 'max', traits: { firstName: 'Max', birthday: 'never' } })
    )

    expect((await log()).map(({ code, event }) => [code, event]).sort()).toEqual([
      ['no_activity_mapping', { view: 'try', id: unmapped.id }],
      ['value_skipped', { view: 'try', id: skipped.id }]
    ])
    expect(skipped.results).toMatchObject([{ status: 200, skippedCount: 1, wasSent: true }])
  })

  it('has the events that were rejected before they were sent, and the lines that are not events', async () => {
    const { tryOut, log } = await start()
    const [noId, noEvent] = await tryOut(identify({ userId: undefined, messageId: 'm1' }), '5')

    expect(noId.results).toMatchObject([{ outcome: 'rejected', wasSent: false }])
    expect(await log()).toMatchObject([
      { code: 'before_sending', status: 400, item: { messageId: 'm1' }, event: { view: 'try', id: noId.id } },
      { code: 'before_sending', status: 400, event: { view: 'try', id: noEvent.id } }
    ])
  })

  it('does not list events that no mapping matches', async () => {
    const { tryOut, log } = await start()
    await tryOut({ type: 'page', userId: 'lana' })
    expect(await log()).toEqual([])
  })

  it('does not link entries of before a reset, or of other programs', async () => {
    const { tryOut, log, send, sandbox } = await start()
    await tryOut(track({ event: 'Fax sent' }))
    await send('POST', '/sandbox/reset', {})
    expect(await log()).toEqual([])

    await sandbox.app.request('/v1/track', {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify([{ user_id: 'lana', event: 'Fax sent' }])
    })
    expect(await log()).toMatchObject([{ code: 'no_activity_mapping' }])
    expect((await log())[0].event).toBeUndefined()
  })
})

describe('the updates of a contact', () => {
  it('are the identify events that changed it, with the values that each one set', async () => {
    const { tryOut, updatesOf } = await start()
    const [first, , third] = await tryOut(
      identify(),
      identify({ userId: 'max' }),
      identify({ traits: { firstName: 'Lana', lastName: 'Romeijn' } })
    )

    expect(await updatesOf(1)).toMatchObject([
      {
        isCreated: true,
        set: [
          ['user id', 'lana'],
          ['First name', 'Lana']
        ],
        event: { view: 'try', id: first.id }
      },
      { isCreated: false, set: [['Last name', 'Romeijn']], event: { view: 'try', id: third.id } }
    ])
  })

  it('follow a contact that is merged into another one, and end with a reset', async () => {
    const { tryOut, updatesOf, send, sandbox } = await start()
    const email = 'lana@example.org'
    await tryOut(identify({ userId: undefined, anonymousId: 'a1', traits: { email } }))
    await tryOut(identify({ traits: { firstName: 'Lana' } }))
    await tryOut(identify({ traits: { email } }))
    expect(sandbox.account.contacts.count).toBe(1)
    const [{ number }] = sandbox.account.contacts.all()

    expect((await updatesOf(number)).flatMap(({ set }) => set.map(([name]) => name))).toEqual(
      expect.arrayContaining(['anonymous id', 'Email', 'user id', 'First name'])
    )

    await send('POST', '/sandbox/reset', {})
    await tryOut(identify({ userId: 'zoe' }))
    expect(await updatesOf(1)).toMatchObject([
      {
        set: [
          ['user id', 'zoe'],
          ['First name', 'Lana']
        ]
      }
    ])
  })
})
