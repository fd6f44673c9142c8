import { mkdtemp, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import type ortto from '../../src'
import { endAll, startWorkbench } from '../../workbench/__tests__/harness'
import { run } from '../ortto'
import type { ReportData } from '../delivery-report'

/** The destination with one action more, which tracks pages as activities. */
jest.mock('../../src', () => {
  const actual = jest.requireActual<{ default: typeof ortto }>('../../src')
  const { actions } = actual.default
  return {
    ...actual,
    __esModule: true,
    default: {
      ...actual.default,
      actions: { ...actions, trackPage: { ...actions.trackActivity, title: 'Track Page' } }
    }
  }
})

const MAPPING = {
  name: 'Pages',
  partnerAction: 'trackPage',
  subscribe: 'type = "page"',
  enabled: true,
  mapping: {
    user_id: { '@path': '$.userId' },
    message_id: { '@path': '$.messageId' },
    timestamp: { '@path': '$.timestamp' },
    event: { '@path': '$.name' }
  }
}
const PAGE = {
  type: 'page',
  name: 'Sign-in button clicked',
  userId: 'u1',
  messageId: 'm1',
  timestamp: new Date().toISOString()
}

describe('a third action of the destination', () => {
  let folder: string
  let mappings: string
  let events: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    mappings = join(folder, 'mappings.json')
    events = join(folder, 'events.ndjson')
    await writeFile(mappings, JSON.stringify([MAPPING]))
    await writeFile(events, `${JSON.stringify(PAGE)}\n`)
  })
  afterEach(async () => {
    await endAll()
    await rm(folder, { recursive: true })
  })

  async function deliver(...args: string[]) {
    const out: string[] = []
    const errors: string[] = []
    const command = ['deliver', events, '--mappings', mappings, ...args]
    const code = await run(command, { log: (text) => out.push(text), error: (text) => errors.push(String(text)) })
    return { code, out: out.join('\n'), errors }
  }

  it('is delivered, and is in the results and the summary', async () => {
    const results = join(folder, 'results.ndjson')
    const { code, out, errors } = await deliver('--results', results)

    expect([code, errors]).toEqual([0, []])
    expect(JSON.parse(await readFile(results, 'utf8'))).toMatchObject({
      mapping: 'Pages',
      outcome: 'delivered',
      code: 'processed',
      status: 200
    })
    expect(out).toContain('Results: 1 delivered')
  })

  it('is shown by a dry run as what it sends', async () => {
    const { code, out } = await deliver('--dry-run', '--json')

    expect(code).toBe(0)
    const { plan } = JSON.parse(out) as { plan: ReportData }
    expect(plan.mappings).toMatchObject([
      { action: 'trackPage', count: 1, samples: [{ item: { user_id: 'u1', event: PAGE.name } }] }
    ])
  })

  it('can be mapped and tried in the workbench', async () => {
    const { send, tryOut, traceOf } = await startWorkbench()
    await send('PUT', '/api/mappings', { mappings: [MAPPING] })
    const [trace] = await tryOut(PAGE)

    expect(trace.results).toMatchObject([{ mapping: 'Pages', status: 200, outcome: 'delivered' }])
    expect((await traceOf(trace.id)).mappings[0]).toMatchObject({ action: 'trackPage', matches: true })
  })
})
