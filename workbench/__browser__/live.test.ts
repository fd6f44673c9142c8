import type * as AnalyticsNext from '@segment/analytics-next'
import { Analytics } from '@segment/analytics-node'
import { execFile } from 'child_process'
import { createServer } from 'http'
import type { AddressInfo } from 'net'
import { readFile } from 'fs/promises'
import { promisify } from 'util'
import { openPage, picture, startWorkbench } from './harness'

it('shows the calls of @segment/analytics-node as they arrive, with all details', async () => {
  const { origin, writeKey } = await startWorkbench()
  const page = await openPage(`${origin}/live`)
  await page.getByText('Waiting for the first call.').waitFor()
  const analytics = new Analytics({ writeKey, host: origin, flushAt: 1 })
  analytics.identify({ userId: 'lana', traits: { firstName: 'Lana' } })
  await page.getByText('1 event: 1 delivered.').waitFor()
  analytics.track({ userId: 'lana', event: 'Sign-in button clicked', properties: { count: 3 } })
  analytics.track({ userId: 'lana', event: 'Fax sent' })
  await page.getByText('3 events: 2 delivered, 1 rejected.').waitFor()
  await page.getByRole('option').filter({ hasText: 'Fax sent' }).click()
  const way = page.getByRole('region', { name: 'Event details' })
  await way
    .getByText(/No mappings configured/)
    .first()
    .waitFor()
  await picture(page, 'live')
  await analytics.closeAndFlush()
})

it('accepts analytics.js on a page of another origin', async () => {
  const { origin, writeKey } = await startWorkbench()
  const script = await readFile(require.resolve('@segment/analytics-next/dist/umd/index.js'))
  const shop = createServer((request, response) => {
    const isScript = request.url?.endsWith('.js')
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!DOCTYPE html><title>Shop</title><script src="/analytics.js"></script>')
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  const { port } = shop.address() as AddressInfo
  try {
    const page = await openPage(`${origin}/live`)
    await page.getByText('Waiting for the first call.').waitFor()
    const visitor = await openPage(`http://127.0.0.1:${port}/`)
    await visitor.evaluate(
      async ([key, cdnURL]) => {
        const { AnalyticsBrowser } = (window as unknown as { AnalyticsNext: typeof AnalyticsNext }).AnalyticsNext
        const [analytics] = await AnalyticsBrowser.load(
          { writeKey: key, cdnURL },
          { integrations: { 'Segment.io': { apiHost: `${new URL(cdnURL).host}/v1`, protocol: 'http' } } }
        )
        await analytics.identify('visitor', { firstName: 'Vera' })
        await analytics.track('Sign-in button clicked', { count: 1 })
        await analytics.page('Pricing')
      },
      [writeKey, origin]
    )
    await page.getByText('3 events: 2 delivered, 1 not sent.').waitFor()
  } finally {
    shop.close()
  }
})

it('gets what analytics.js sends in batches when the visitor leaves the page', async () => {
  const { origin, writeKey } = await startWorkbench()
  const script = await readFile(require.resolve('@segment/analytics-next/dist/umd/index.js'))
  const shop = createServer((request, response) => {
    const isScript = request.url?.endsWith('.js')
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!DOCTYPE html><title>Shop</title><script src="/analytics.js"></script>')
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  const { port } = shop.address() as AddressInfo
  try {
    const page = await openPage(`${origin}/live`)
    await page.getByText('Waiting for the first call.').waitFor()
    const visitor = await openPage(`http://127.0.0.1:${port}/`)
    await visitor.evaluate(
      async ([key, cdnURL]) => {
        const { AnalyticsBrowser } = (window as unknown as { AnalyticsNext: typeof AnalyticsNext }).AnalyticsNext
        const [analytics] = await AnalyticsBrowser.load(
          { writeKey: key, cdnURL },
          {
            integrations: {
              'Segment.io': {
                apiHost: `${new URL(cdnURL).host}/v1`,
                protocol: 'http',
                // A batch is sent when it is full, after a long time, or when the page is left.
                deliveryStrategy: { strategy: 'batching', config: { size: 100, timeout: 600_000 } }
              }
            }
          }
        )
        void analytics.identify('visitor', { firstName: 'Vera' })
        await analytics.track('Sign-in button clicked', { count: 1 })
      },
      [writeKey, origin]
    )
    await visitor.goto('about:blank')
    await page.getByText('2 events: 2 delivered.').waitFor()
  } finally {
    shop.close()
  }
})

it('shows a curl command that works', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/live`)
  const line = await page.locator('pre').filter({ hasText: 'curl' }).textContent()
  await promisify(execFile)('bash', ['-c', line ?? ''])
  await page.getByText('1 event: 1 delivered.').waitFor()
})

it('shows ten thousand live events, renders only the visible ones, and drops older ones', async () => {
  const { origin, writeKey } = await startWorkbench()
  const page = await openPage(`${origin}/live`)
  await page.getByText('Waiting for the first call.').waitFor()
  const send = async (from: number) => {
    const batch = Array.from({ length: 2500 }, (_, index) => ({ type: 'page', userId: `user ${from + index}` }))
    const response = await fetch(`${origin}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey, batch }) })
    expect(response.status).toBe(200)
  }
  for (const from of [0, 2500, 5000, 7500]) {
    await send(from)
  }
  await page.getByText('10,000 events: 10,000 not sent.').waitFor()
  expect(await page.getByRole('option').count()).toBeLessThan(60)
  await page.getByRole('option').filter({ hasText: 'user 9999' }).waitFor()
  await send(10_000)
  await page.getByRole('option').filter({ hasText: 'user 12499' }).waitFor()
  await page.getByText('10,000 events: 10,000 not sent.').waitFor()

  // After scrolling back, the list does not scroll to new events.
  const list = page.getByRole('listbox', { name: 'Live events' })
  await list.evaluate((element) => element.scrollTo(0, 5000))
  await page.getByRole('option').filter({ hasText: 'user 2600' }).waitFor()
  await page.getByRole('button', { name: 'Clear the list' }).click()
  await page.getByText('Waiting for the first call.').waitFor()
})

it('reports that the workbench has stopped, and reconnects when it is started again', async () => {
  const { origin, writeKey, stop, startAgain } = await startWorkbench()
  const page = await openPage(`${origin}/live`)
  await page.getByText('Waiting for the first call.').waitFor()
  await stop()
  await page.getByRole('alert').getByText('The workbench does not respond').waitFor()
  await startAgain()
  await page.getByRole('alert').waitFor({ state: 'detached' })
  const analytics = new Analytics({ writeKey, host: origin, flushAt: 1 })
  analytics.identify({ userId: 'lana', traits: { firstName: 'Lana' } })
  await page.getByText('1 event: 1 delivered.').waitFor()
  await analytics.closeAndFlush()
})

it('reports that a call with another write key was rejected', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/live`)
  await page.getByText('Waiting for the first call.').waitFor()
  await fetch(`${origin}/v1/track`, { method: 'POST', body: JSON.stringify({ writeKey: 'other' }) })
  await page.getByText('1 call was rejected').waitFor()
  await page.getByText(/The write key is not the one of this workbench/).waitFor()
})
