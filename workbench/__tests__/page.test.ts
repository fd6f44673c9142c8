import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { createPage, PageNotBuilt } from '../server/page'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'page-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__" />')
  writeFileSync(join(folder, 'assets', 'page.js'), 'let a')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
})
afterEach(() => rmSync(folder, { recursive: true }))

it('serves the page at the address of each view, with a policy that blocks other origins', async () => {
  const page = createPage(folder)
  for (const path of ['/', '/mappings/2', '/ortto/contacts/12']) {
    const response = await page.request(path)
    const [, nonce] = /content="(.*?)"/.exec(await response.text()) ?? []
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(nonce).toHaveLength(24)
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
    expect(policy).toContain("default-src 'none'; script-src 'self';")
    expect(policy).not.toMatch(/unsafe|http/)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  }
})

it('uses a new nonce for every response', async () => {
  const page = createPage(folder)
  const texts = await Promise.all(['/', '/'].map(async (path) => (await page.request(path)).text()))
  expect(texts[0]).not.toBe(texts[1])
})

it('serves its scripts, and no other files', async () => {
  const page = createPage(folder)
  const script = await page.request('/assets/page.js')
  expect([script.headers.get('content-type'), await script.text()]).toEqual(['text/javascript; charset=utf-8', 'let a'])
  for (const path of ['/assets/other.js', '/assets/../secret.txt', '/assets/%2e%2e/secret.txt', '/secret.txt']) {
    const response = await page.request(path)
    expect(await response.text()).not.toContain('secret')
  }
})

it('reports when it is not built', () => {
  expect(() => createPage(join(folder, 'nowhere'))).toThrow(PageNotBuilt)
  rmSync(join(folder, 'index.html'))
  expect(() => createPage(folder)).toThrow('Run npm run build')
})
