/** A problem in a text of events. `from` and `to` are positions in the text. */
interface TextProblem {
  from: number
  to: number
  message: string
}

/** Problems that are shown */
const MAX_PROBLEMS = 50
/** Characters of a text that is checked while it is typed. Longer texts are checked when they are sent. */
const MAX_CHECKED = 2_000_000

/** Checks a text of events: one event, an array, or one event per line. */
export function checkEvents(text: string): TextProblem[] {
  if (text.length > MAX_CHECKED || text.trim() === '') {
    return []
  }
  const whole = parse(text)
  if ('value' in whole) {
    const events: unknown[] = Array.isArray(whole.value) ? whole.value : [whole.value]
    return events
      .flatMap((event, index) =>
        isEvent(event)
          ? []
          : [{ from: 0, to: text.length, message: notAnEvent(Array.isArray(whole.value) ? index : undefined) }]
      )
      .slice(0, MAX_PROBLEMS)
  }
  return text.trimStart().startsWith('[') || !startsAnEventOnEachLine(text)
    ? [problemIn(text, 0, whole.message)]
    : problemsOfLines(text)
}

/** Whether each line is an event. Otherwise the text is one event on several lines, with a mistake. */
function startsAnEventOnEachLine(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.length > 1 && 'value' in parse(lines[0]) ? true : lines.every((line) => line.trim().startsWith('{'))
}

function problemsOfLines(text: string): TextProblem[] {
  const problems: TextProblem[] = []
  let from = 0
  text.split('\n').forEach((line, index) => {
    if (line.trim() !== '' && problems.length < MAX_PROBLEMS) {
      const read = parse(line)
      if (!('value' in read)) {
        const problem = problemIn(line, from, read.message)
        problems.push({ ...problem, message: `Line ${index + 1}: ${problem.message}` })
      } else if (!isEvent(read.value)) {
        problems.push({ from, to: from + line.length, message: `Line ${index + 1}: ${notAnEvent()}` })
      }
    }
    from += line.length + 1
  })
  return problems
}

function notAnEvent(index?: number): string {
  const which = index === undefined ? 'This' : `Item ${index + 1}`
  return `${which} is not a Segment event: an object with a "type", such as "identify" or "track".`
}

function isEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function parse(text: string): { value: unknown } | { message: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) }
  }
}

/** Finds the position of a mistake in the parser's message: `… in JSON at position 12`. */
function problemIn(text: string, start: number, message: string): TextProblem {
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.trimEnd().length)
  const at = Math.min(position, Math.max(0, text.length - 1))
  return { from: start + at, to: start + Math.min(at + 1, text.length), message: `This is not JSON: ${message}` }
}
