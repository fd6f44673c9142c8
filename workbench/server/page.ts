import { randomBytes } from 'crypto'
import { existsSync, readdirSync, readFileSync } from 'fs'
import { Hono } from 'hono'
import { extname, join, relative, sep } from 'path'

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2'
}

/** Placeholder in the built page for the nonce of its style elements. */
const NONCE = '__CSP_NONCE__'

/** The page was not built. The message says how to build it. */
export class PageNotBuilt extends Error {}

/**
 * Serves the built page. All its files are read at the start, so no address reaches any other file. Every address that
 * is not a file is a view of the page.
 * @param folder the folder of the built page
 * @throws PageNotBuilt
 */
export function createPage(folder: string): Hono {
  const files = new Map(
    (existsSync(folder) ? listFiles(folder) : []).map((path) => [
      `/${relative(folder, path).split(sep).join('/')}`,
      readFileSync(path)
    ])
  )
  const index = files.get('/index.html')?.toString()
  if (index === undefined) {
    throw new PageNotBuilt(`The page is not built: ${folder} has no index.html. Run npm run build.`)
  }
  const page = new Hono()
  page.get('/assets/*', (context) => {
    const bytes = files.get(context.req.path)
    const type = CONTENT_TYPES[extname(context.req.path)]
    if (!bytes || type === undefined) {
      return context.notFound()
    }
    // The file names contain a hash of the content.
    const headers = { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }
    return context.body(new Uint8Array(bytes), 200, { ...headers, 'x-content-type-options': 'nosniff' })
  })
  page.get('/licenses.txt', (context) => {
    const bytes = files.get('/licenses.txt')
    return bytes
      ? context.body(new Uint8Array(bytes), 200, { 'content-type': 'text/plain; charset=utf-8' })
      : context.notFound()
  })
  page.get('*', (context) => {
    const nonce = randomBytes(16).toString('base64')
    return context.body(index.split(NONCE).join(nonce), 200, {
      'content-type': CONTENT_TYPES['.html'],
      'content-security-policy': policyFor(nonce),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin'
    })
  })
  return page
}

/** No content from other origins, and no inline scripts. The page's libraries add inline styles. */
function policyFor(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join('; ')
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? listFiles(path) : [path]
  })
}
