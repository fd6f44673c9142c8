import { Clock, createSandbox } from '..'
import { MINUTE_MS } from '../rules'

/** The time at which the clock of the tests starts. */
export const START = Date.parse('2026-03-10T12:00:00Z')

export const ACCOUNT = {
  fields: [
    { name: 'Name', type: 'text' },
    { name: 'Email', type: 'email' },
    { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' },
    { name: 'VIP', type: 'yes/no' }
  ],
  uniqueIdentifiers: ['Email'],
  traits: { name: 'Name', email: 'Email', birthday: 'Birthday', vip_customers: 'VIP' },
  activities: [
    { name: 'Signed up', attributes: { count: { name: 'Count', type: 'number' } } },
    { name: 'Page viewed', retentionDays: 30 }
  ]
}

interface SandboxResponse {
  status: number
  errors: { index: number; status: number; message: string }[]
}

/** A sandbox whose clock stands still, with functions that send requests to it. */
export function startSandbox(account: object = ACCOUNT) {
  const clock = new Clock(() => START)
  const sandbox = createSandbox({ account, clock })
  const post = async (path: string, body: unknown, apiKey = sandbox.apiKey) => {
    const response = await sandbox.app.request(`/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: typeof body === 'string' ? body : JSON.stringify(body)
    })
    return { status: response.status, body: (await response.json()) as unknown }
  }
  const send =
    (path: string) =>
    async (items: unknown, apiKey?: string): Promise<SandboxResponse> => {
      const { status, body } = await post(path, items, apiKey)
      return { status, errors: [], ...(body as object) }
    }
  /** The result of a request with one item. */
  const sendOne = (path: string) => async (item: object) => {
    const { errors } = await send(path)([item])
    return errors.length > 0 ? errors[0] : { status: 200, message: '' }
  }
  return {
    ...sandbox,
    get account() {
      return sandbox.account
    },
    get apiKey() {
      return sandbox.apiKey
    },
    onItemProcessed: sandbox.onItemProcessed.bind(sandbox),
    reset: () => sandbox.reset(),
    toState: () => sandbox.toState(),
    restore: (state: unknown) => sandbox.restore(state),
    clock,
    post,
    identifyAll: send('/identify'),
    trackAll: send('/track'),
    identify: sendOne('/identify'),
    track: sendOne('/track'),
    contacts: () => sandbox.account.contacts.all(),
    activities: () => sandbox.account.activities.all(),
    advanceMinutes: (minutes: number) => clock.advance(minutes * MINUTE_MS)
  }
}
