import { readFileSync } from 'fs'
import { gzipSync } from 'zlib'
import type { Page } from 'playwright-core'
import { openPage, startWorkbench } from './harness'

const VIEWS = [
  '/try',
  '/mappings',
  '/mappings/1',
  '/mappings/2',
  '/live',
  '/ortto/source',
  '/ortto/fields',
  '/ortto/activities',
  '/ortto/contacts',
  '/ortto/contacts/1',
  '/ortto/audiences',
  '/ortto/log',
  '/ortto/limits',
  '/ortto/clock-and-faults'
]
const LOOKS = [
  ['wide and light', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
  ['wide and dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['1024 wide', { viewport: { width: 1024, height: 800 }, colorScheme: 'light' }],
  ['narrow and light', { viewport: { width: 400, height: 800 }, colorScheme: 'light' }],
  ['narrow and dark', { viewport: { width: 400, height: 800 }, colorScheme: 'dark' }]
] as const

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

/** A workbench in which something has happened, so that its views have something to show. */
async function startUsed() {
  const workbench = await startWorkbench()
  const events = [
    { type: 'identify', userId: 'lana', traits: { firstName: 'Lana', birthday: 'never', shoeSize: 38 } },
    { type: 'track', userId: 'lana', event: 'Sign-in button clicked', properties: { count: 1 } },
    { type: 'track', userId: 'max', event: 'Sign-in button clicked', properties: { count: 1 } },
    { type: 'track', userId: 'lana', event: 'Fax sent', properties: { pages: 1 } },
    { type: 'page', userId: 'lana' }
  ]
  const sent = await fetch(`${workbench.origin}/api/try`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: events.map((event) => JSON.stringify(event)).join('\n') })
  })
  const { traces } = (await sent.json()) as { traces: { id: string }[] }
  return { ...workbench, views: [...VIEWS, ...traces.map(({ id }) => `/try/${id}`)] }
}

/** What axe finds that keeps somebody from using the page: each problem with its place. */
async function problemsOf(page: Page): Promise<string[]> {
  // The page's policy lets no script in; a debugger may.
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } }
    interface Violation {
      id: string
      nodes: { target: string[]; failureSummary: string }[]
    }
    // WCAG 2.2 AA, with the sizes of targets, which axe leaves out by default; and what axe calls best practice.
    const { violations } = await axe.run({ rules: { 'target-size': { enabled: true } } })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`)
    )
  })
}

describe.each(LOOKS)('every view, %s', (_, look) => {
  it('is accessible, and fits the width', async () => {
    const { origin, views } = await startUsed()
    const page = await openPage(origin, look)
    const found: Record<string, unknown> = {}
    for (const view of views) {
      await page.goto(`${origin}${view}`)
      await page.getByRole('heading', { level: 2 }).first().waitFor()
      await page.getByLabel('Loading').first().waitFor({ state: 'detached' })
      // Colours fade in.
      await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)))
      const problems = await problemsOf(page)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      if (problems.length > 0 || width > look.viewport.width) {
        found[view] = { problems, width }
      }
    }
    expect(found).toEqual({})
  })
})

it('loads less than 400 KB of gzipped scripts for the first view, and nothing from other origins', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage('about:blank')
  const bodies: Promise<Buffer>[] = []
  const externalUrls: string[] = []
  page.on('response', (response) => {
    const url = new URL(response.url())
    if (url.origin !== origin) {
      externalUrls.push(response.url())
    }
    if (url.pathname.endsWith('.js')) {
      bodies.push(response.body())
    }
  })
  await page.goto(`${origin}/live`)
  await page.getByText('Waiting for the first call.').waitFor()
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length)
  expect(sizes.length).toBeGreaterThan(0)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400 * 1024)
  expect(externalUrls).toEqual([])
})

it('can be used with only the keyboard', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`)
  await page.getByRole('textbox', { name: 'Events' }).focus()
  await page.keyboard.press('ControlOrMeta+Enter')
  await page.getByText('1 event: 1 delivered.').waitFor()
  // The editor is no trap.
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Send')
  // Two outcomes and the search come before the list.
  for (let step = 0; step < 4; step += 1) {
    await page.keyboard.press('Tab')
  }
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Results')

  await page.reload()
  await page.getByRole('textbox', { name: 'Events' }).waitFor()
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')

  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Save the mappings').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

it('links to a file with the licences of all packages in the bundle', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`)
  const path = await page.getByRole('link', { name: 'Licences' }).getAttribute('href')
  const response = await fetch(new URL(path ?? '', origin))
  const text = await response.text()
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  for (const name of ['react', 'react-dom', '@mantine/core', '@codemirror/view', '@tabler/icons-react', 'wouter']) {
    expect(text).toMatch(new RegExp(`^## ${name} - [\\d.]+ \\(`, 'm'))
  }
})
