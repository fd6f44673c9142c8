import fc from 'fast-check'
import stringWidth from 'string-width'
import { table } from '../table'

const plain = { width: Infinity, hasColors: false }

describe('a table', () => {
  it('aligns its columns, also with wide characters and emoji', () => {
    expect(
      table(
        ['Name', 'Text'],
        [
          ['日本', 'a'],
          ['👍🏽', 'b'],
          ['Zoë', 'c']
        ],
        plain
      )
    ).toBe(['Name  Text', '----  ----', '日本  a', '👍🏽    b', 'Zoë   c'].join('\n'))
  })

  it('wraps the last column between words, and indents the lines that follow', () => {
    const text = table(['No', 'Message'], [['1', 'This message is longer than the terminal is wide']], {
      ...plain,
      width: 40
    })
    expect(text.split('\n').slice(2)).toEqual(['1   This message is longer than the', '    terminal is wide'])
  })

  it('makes other columns narrower when the last one would have no room', () => {
    const text = table(['A', 'B', 'Message'], [['x'.repeat(40), 'y'.repeat(40), 'Some words of a message']], {
      ...plain,
      width: 70
    })
    expect(Math.max(...text.split('\n').map(stringWidth))).toBeLessThanOrEqual(70)
    expect(text).toContain('Some words of a message')
    expect(text).toContain('…')
  })

  it('never is wider than a terminal of 80 columns, and loses no word of the last column', () => {
    const word = fc.stringMatching(/^[a-z日👍]{1,12}$/u)
    const message = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' '))
    fc.assert(
      fc.property(fc.array(fc.tuple(word, message), { minLength: 1, maxLength: 5 }), (rows) => {
        const text = table(['Event', 'Message'], rows, { ...plain, width: 80 })
        expect(Math.max(...text.split('\n').map(stringWidth))).toBeLessThanOrEqual(80)
        const words = text.split(/\s+/)
        rows.forEach(([, last]) => last.split(' ').forEach((one) => expect(words).toContain(one)))
      })
    )
  })

  it('colors a status, so that a 422 does not look like a 200', () => {
    const text = table(
      ['Status', 'Text'],
      [
        ['200', 'a'],
        ['422', 'b'],
        ['-', 'c']
      ],
      { ...plain, hasColors: true }
    )
    const [green, red] = ['32', '31'].map((code) => `\u001b[${code}m`)
    expect(text.split('\n').slice(2)).toEqual([`${green}200   \u001b[39m  a`, `${red}422   \u001b[39m  b`, '-       c'])
  })
})
