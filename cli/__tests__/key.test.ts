import { PassThrough } from 'stream'
import { readKey } from '../key'

/** A person at a terminal who types this, or nobody. */
function person(types?: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY: types !== undefined })
  const stderr = new PassThrough()
  let seen = ''
  stderr.on('data', (chunk: Buffer) => (seen += chunk.toString()))
  stdin.write(types ?? '')
  return { stdin, stderr, seen: () => seen }
}

describe('the API key', () => {
  beforeEach(() => {
    delete process.env.ORTTO_API_KEY
  })
  afterEach(() => {
    delete process.env.ORTTO_API_KEY
  })

  it('is typed where nobody sees it', async () => {
    const asked = person('pau-secret\r')

    expect(await readKey(undefined, asked)).toBe('pau-secret')
    expect(asked.seen()).toBe('Ortto API key (hidden): \n')
  })

  it('is not asked for when the environment has it', async () => {
    process.env.ORTTO_API_KEY = ' pau-other\n'
    const asked = person('pau-secret\r')

    expect(await readKey(undefined, asked)).toBe('pau-other')
    expect(asked.seen()).toBe('')
  })

  it.each([
    ['nobody is there to type it', undefined],
    ['nothing is typed', '\r'],
    ['the person presses Ctrl-C', '\u0003'],
    ['the person presses Ctrl-D', '\u0004']
  ])('is missing when %s, and it is said how to give it', async (_when, types) => {
    await expect(readKey(undefined, person(types))).rejects.toThrow(
      'There is no API key. Set ORTTO_API_KEY, or pass a file that contains the key with --key-file or ORTTO_API_KEY_FILE.'
    )
  })
})
