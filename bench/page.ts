import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import { serve } from '../sandbox/http/serve'
import { createWorkbench, MappingsStore } from '../workbench/server'

/**
 * The longest task of the workbench's page while 10,000 live events are in its list: while somebody types in the
 * search, scrolls, and while more events arrive. A task is what keeps the page from responding. Chromium lists tasks
 * from 50 ms on.
 */

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const EVENTS = 10_000
const BATCH = 1000

async function main(): Promise<void> {
  const sandbox = createSandbox({ account: exampleAccount })
  const ortto = await serve(sandbox.app)
  const { app, writeKey } = createWorkbench({
    sandbox,
    origin: ortto.origin,
    mappings: await MappingsStore.open(),
    pageFolder: 'dist/workbench/page'
  })
  const { origin, close } = await serve(app)
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(`${origin}/live`)
  await page.getByText('Waiting for the first call.').waitFor()
  const send = async (from: number, count: number) => {
    const batch = Array.from({ length: count }, (_, index) => eventOf(from + index))
    await fetch(`${origin}/v1/batch`, { method: 'POST', body: JSON.stringify({ writeKey, batch }) })
  }
  for (let from = 0; from < EVENTS; from += BATCH) {
    await send(from, BATCH)
  }
  await page.getByText(/^10,000 events/).waitFor()

  const search = page.getByRole('searchbox')
  await observe(page)
  await search.pressSequentially('user 99', { delay: 60 })
  await report(page, 'typing')
  await search.fill('')
  await page.getByRole('listbox').hover()
  for (let step = 0; step < 20; step += 1) {
    await page.mouse.wheel(0, -3000)
    await page.waitForTimeout(30)
  }
  await report(page, 'scrolling')
  const arriving = (async () => {
    for (let step = 0; step < 10; step += 1) {
      await send(EVENTS + step * 100, 100)
      await page.waitForTimeout(100)
    }
  })()
  await search.pressSequentially('user 10', { delay: 80 })
  await arriving
  await report(page, 'typing while 100 events arrive every 0.1 s')
  await browser.close()
  await close()
  await ortto.close()
}

function eventOf(number: number): object {
  const userId = `user ${number}`
  return number % 3 === 0
    ? { type: 'identify', userId, traits: { firstName: 'Lana' } }
    : { type: 'page', userId, name: 'Pricing' }
}

/** A script of the page, as text: its names are those of the browser. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.tasks = []
    new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => tasks.push(duration)))
      .observe({ entryTypes: ['longtask'] })`)
}

async function report(page: Page, what: string): Promise<void> {
  await page.waitForTimeout(500)
  const longest = await page.evaluate<number>('Math.max(0, ...tasks.splice(0))')
  console.log(`${what}: ${longest === 0 ? 'each task below 50 ms' : `longest task ${Math.round(longest)} ms`}`)
}

void main()
