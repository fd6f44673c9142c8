import { readFile } from 'fs/promises'
import { join } from 'path'
import { problemOf, ROOT } from './tests-in'

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

describe('docs/security.md', () => {
  it('names a test for each claim, which is there', async () => {
    const rows = await claims()
    const tests = rows.flatMap((row) => row[row.length - 2].split('<br>').map((test) => test.trim()))
    const problems = await Promise.all(tests.map(problemOf))

    expect(rows.length).toBeGreaterThan(35)
    expect(problems.filter(Boolean)).toEqual([])
  })
})
