import { Clock, createSandbox } from '../../sandbox'
import type { LogEntry } from '../../sandbox'

/** The time at which its clock starts. */
export const START = '2026-03-10T12:00:00.000Z'

/** A local Ortto without a socket, whose clock stands still. */
export function localOrtto(account: object) {
  const clock = new Clock(() => Date.parse(START))
  const sandbox = createSandbox({ account, clock })
  const send = async (path: string, items: object[]) => {
    await sandbox.app.request(`/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
      body: JSON.stringify(items)
    })
  }
  const ask = async <Body>(path: string, method = 'GET', body?: object) => {
    const response = await sandbox.app.request(`http://127.0.0.1/sandbox/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body)
    })
    return (await response.json()) as Body
  }
  return {
    sandbox,
    clock,
    ask,
    identify: (...items: object[]) => send('identify', items),
    track: (...items: object[]) => send('track', items),
    log: () => ask<LogEntry[]>('log')
  }
}
