import { existsSync, mkdirSync } from 'fs'
import { join } from 'path'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import exampleAccount from '../../examples/account.json'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { createWorkbench, MappingsStore } from '../server'

const ROOT = join(__dirname, '..', '..')
const PAGE = join(ROOT, 'dist', 'workbench', 'page')
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

let browser: Browser | undefined
const open: (() => Promise<void>)[] = []

/** The browser, which all tests of a file share. */
async function theBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`There is no browser at ${CHROMIUM}. Install it: apt-get install -y chromium`)
  }
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  return browser
}

afterEach(async () => {
  await Promise.all(
    open
      .splice(0)
      .reverse()
      .map((end) => end())
  )
})

afterAll(async () => {
  await browser?.close()
})

interface WorkbenchOptions {
  account?: object
  mappingsFile?: string
}

/** A workbench that listens, with its built page. */
export async function startWorkbench({ account = exampleAccount, mappingsFile }: WorkbenchOptions = {}) {
  const sandbox = createSandbox({ account, apiKey: 'pau-secret-of-the-test' })
  const ortto = await serve(sandbox.app)
  open.push(ortto.close)
  const mappings = await MappingsStore.open(mappingsFile)
  const start = async (port = 0) => {
    const { app, writeKey } = createWorkbench({ sandbox, origin: ortto.origin, mappings, pageFolder: PAGE })
    return { ...(await serve(app, port)), writeKey }
  }
  let served = await start()
  open.push(() => served.close())
  const { origin, writeKey } = served
  return {
    sandbox,
    mappings,
    origin,
    writeKey,
    stop: () => served.close(),
    /** After a stop: another server at the same address. */
    startAgain: async () => {
      served = await start(Number(new URL(origin).port))
    }
  }
}

/** A page of the browser. What goes wrong in it fails the test. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await (await theBrowser()).newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !/net::ERR_|status of/.test(message.text())) {
      problems.push(message.text())
    }
  })
  open.push(async () => {
    await context.close()
    expect(problems).toEqual([])
  })
  await page.goto(url)
  return page
}

/** Keeps a picture of the page for the documents, when they are to be renewed. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES === undefined) {
    return
  }
  const folder = join(ROOT, 'docs', 'workbench')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** Writes into the editor, in place of what it holds. */
export async function writeEvents(page: Page, text: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: 'Events' })
  await editor.click()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.insertText(text)
}
