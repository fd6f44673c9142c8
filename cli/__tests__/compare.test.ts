import { createSandbox } from '../../sandbox'
import { CASES, COMPARED_ACCOUNT } from '../../sandbox/compare'
import { serve } from '../../sandbox/http/serve'
import { run } from '../ortto'

const KEY = 'pau-test-account-key'

/** Runs `ortto compare …args` against an Ortto with an account. */
async function compareWith(account: object, ...args: string[]) {
  const sandbox = createSandbox({ account, apiKey: KEY })
  const { origin, close } = await serve(sandbox.app)
  const out: string[] = []
  const errors: string[] = []
  process.env.ORTTO_API_KEY = KEY
  try {
    const output = { log: (text: string) => out.push(text), error: (text: unknown) => errors.push(String(text)) }
    const code = await run(['compare', '--to', origin, ...args], output)
    return { code, out: out.join('\n'), errors: errors.join('\n'), contacts: sandbox.account.contacts.count }
  } finally {
    delete process.env.ORTTO_API_KEY
    await close()
  }
}

describe('ortto compare', () => {
  it('says that an account with the same rules answers the same, and ends with 0', async () => {
    const { code, out, errors, contacts } = await compareWith(COMPARED_ACCOUNT, '--yes')

    expect([code, errors]).toEqual([0, ''])
    expect(out).toBe(`${CASES.length} sentences: ${CASES.length} answered the same, 0 differently.`)
    expect(contacts).toBeGreaterThan(10)
  })

  it('names each sentence that is answered differently, with both answers, and ends with 1', async () => {
    const account = { ...COMPARED_ACCOUNT, uniqueIdentifiers: [] }
    const { code, out } = await compareWith(account, '--yes')

    expect(code).toBe(1)
    expect(out).toMatch(
      /^A unique identifier merges two contacts:\n {2}request 3: the local Ortto 207: 0 → 422; http:\S+ 200$/m
    )
    expect(out).toContain(`${CASES.length - 1} answered the same, 1 differently.`)
    const { out: json } = await compareWith(account, '--yes', '--json')
    expect(JSON.parse(json)).toMatchObject({
      sentences: CASES.length,
      differences: [{ name: 'A unique identifier merges two contacts', request: 3 }]
    })
    expect(out + json).not.toContain(KEY)
  })

  it('says what it will create, and creates nothing unless somebody agrees', async () => {
    const { code, out, errors, contacts } = await compareWith(COMPARED_ACCOUNT)

    expect([code, contacts]).toEqual([2, 0])
    expect(out).toMatch(
      /contacts with the ids compare-\w+-…, activities "Ortto compare", and audiences "compare-\w+ …"\./
    )
    expect(errors).toBe('Use --yes to agree: nobody can be asked without a terminal. Nothing was created.')
  })

  it('ends with 3 when Ortto does not respond', async () => {
    process.env.ORTTO_API_KEY = KEY
    const errors: string[] = []
    const output = { log: () => undefined, error: (text: unknown) => errors.push(String(text)) }
    const code = await run(['compare', '--to', 'http://127.0.0.1:1', '--yes'], output)
    delete process.env.ORTTO_API_KEY

    expect(code).toBe(3)
    expect(errors.join()).toContain('Nothing was sent.')
  })
})
