import { checkEvents } from '../page/src/try/check-events'

it.each([
  ['nothing', ''],
  ['one event', '{"type":"track"}'],
  ['one event over several lines', '{\n  "type": "track"\n}'],
  ['lines', '{"type":"track"}\n\n{"type":"identify"}\n'],
  ['an array', '[{"type":"track"},\n{"type":"identify"}]']
])('accepts %s', (_, text) => {
  expect(checkEvents(text)).toEqual([])
})

it('marks the position of an error in a line', () => {
  const text = '{"type":"track"}\n{"type":"track",}'
  const [problem, ...others] = checkEvents(text)
  expect(others).toEqual([])
  expect(problem.message).toMatch(/^Line 2: This is not JSON/)
  expect(text.slice(problem.from, problem.to)).toBe('}')
})

it('marks a line that is not an event', () => {
  const text = '{"type":"track"}\n{"event":"a"}'
  expect(checkEvents(text)).toEqual([
    { from: 17, to: 30, message: expect.stringMatching(/^Line 2: This is not a Segment event/) as string }
  ])
})

it('names an array element that is not an event', () => {
  expect(checkEvents('[{"type":"track"}, 5]')).toEqual([
    { from: 0, to: 21, message: expect.stringMatching(/^Item 2 is not a Segment event/) as string }
  ])
})

it('finds one error in an event on several lines', () => {
  const problems = checkEvents('{\n  "type": "track",\n}')
  expect(problems).toHaveLength(1)
  expect(problems[0].from).toBeLessThan(22)
})

it('returns positions within the text, and a limited number of problems', () => {
  const text = Array.from({ length: 200 }, () => '{').join('\n')
  const problems = checkEvents(text)
  expect(problems).toHaveLength(50)
  problems.forEach(({ from, to }) => {
    expect(from).toBeGreaterThanOrEqual(0)
    expect(to).toBeLessThanOrEqual(text.length)
    expect(to).toBeGreaterThanOrEqual(from)
  })
})
