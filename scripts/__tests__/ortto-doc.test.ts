import { readFile } from 'fs/promises'
import { join } from 'path'
import { problemOf, ROOT } from './tests-in'

/** The rows of docs/ortto.md: number, sentence, and tests or the reason why there is none. */
async function readRows(): Promise<{ number: number; sentence: string; shownBy: string }[]> {
  const text = await readFile(join(ROOT, 'docs', 'ortto.md'), 'utf8')
  return [...text.matchAll(/^\| (\d+) \| (.+?) \| (.+?) \|$/gm)].map(([, number, sentence, shownBy]) => ({
    number: Number(number),
    sentence,
    shownBy
  }))
}

describe('docs/ortto.md', () => {
  it('numbers the sentences, each of which has a test or a reason why it has none', async () => {
    const rows = await readRows()

    expect(rows.length).toBeGreaterThan(100)
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1))
    expect(rows.filter(({ shownBy }) => !/^(`[\w./-]+\.test\.ts` › |– \S)/.test(shownBy))).toEqual([])
  })

  it('names tests that exist', async () => {
    const tests = (await readRows()).filter(({ shownBy }) => !shownBy.startsWith('– '))
    const problems = await Promise.all(tests.map(({ shownBy }) => problemOf(shownBy)))

    expect(problems.filter((problem) => problem !== undefined)).toEqual([])
  })
})
