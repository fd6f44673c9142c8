import { readFile } from 'fs/promises'
import { join } from 'path'
import { createSourceFile, forEachChild, isCallExpression, isStringLiteralLike, ScriptTarget } from 'typescript'
import type { Node } from 'typescript'

const ROOT = join(__dirname, '..', '..')

/** A test that the document names: `` `file.test.ts` › its name ``. */
const NAMED = /`([\w./-]+\.test\.ts)` › (.*)/

/** The rows of the tables whose last column is `test`. */
async function claims(): Promise<string[][]> {
  const text = await readFile(join(ROOT, 'docs', 'security.md'), 'utf8')
  const tables = text.split('\n\n').filter((part) => /^\|.*\| test \|\n/.test(part))
  return tables.flatMap((table) =>
    table
      .trim()
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim()))
  )
}

/** The names of a file's tests, as they are written there. */
async function testsIn(file: string): Promise<string[]> {
  const source = createSourceFile(file, await readFile(join(ROOT, file), 'utf8'), ScriptTarget.Latest)
  const names: string[] = []
  const visit = (node: Node) => {
    // `it('…', …)`, or `it.each([…])('…', …)`
    if (isCallExpression(node) && /^\s*it\b/.test(source.text.slice(node.pos, node.end))) {
      const [name] = node.arguments
      names.push(...(name !== undefined && isStringLiteralLike(name) ? [name.text] : []))
    }
    forEachChild(node, visit)
  }
  visit(source)
  return names
}

/** The cases of `it.each` tables, whose first cell is the name: `it.each(cases)('%s', …)`. */
async function hasCase(file: string, name: string): Promise<boolean> {
  const isNamedByCase = (await testsIn(file)).includes('%s')
  return isNamedByCase && (await readFile(join(ROOT, file), 'utf8')).includes(`'${name}',`)
}

describe('docs/security.md', () => {
  it('names a test for each claim, which is there', async () => {
    const rows = await claims()
    const problems: string[] = []
    for (const row of rows) {
      const tests = row[row.length - 2].split('<br>').map((one) => NAMED.exec(one.trim()))
      for (const test of tests) {
        const [, file = '', name = ''] = test ?? []
        const isThere = test !== null && ((await testsIn(file)).includes(name) || (await hasCase(file, name)))
        problems.push(...(isThere ? [] : [`${row[1]}: ${test ? test[0] : 'names no test'}`]))
      }
    }

    expect(rows.length).toBeGreaterThan(35)
    expect(problems).toEqual([])
  })
})
