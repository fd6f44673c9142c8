import fc from 'fast-check'
import { run } from '../ortto'

/** Runs `ortto …args`, and returns its errors. */
async function errorsOf(args: readonly string[]): Promise<string> {
  const errors: string[] = []
  await run(args, { log: () => undefined, error: (text) => errors.push(String(text)) })
  return errors.join('\n')
}

const secret = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 16, maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes))
const region = fc.constantFrom('au', 'us', 'eu')

/** How a key may stand in an argument by mistake. */
const SURROUNDINGS: readonly ((key: string) => string)[] = [
  (key) => key,
  (key) => `"${key}"`,
  (key) => `'${key}'`,
  (key) => `(${key})`,
  (key) => `x/${key}`,
  (key) => `ORTTO_API_KEY:${key}`,
  (key) => `ORTTO_API_KEY=${key}`,
  (key) => `Bearer ${key}`,
  (key) => `Bearer%20${key}`,
  (key) => `https://${key}@ortto.example`,
  (key) => `--api-key=${key}`,
  (key) => `{"api_key":"${key}"}`
]
const COMMANDS: readonly ((text: string) => string[])[] = [
  (text) => [text],
  (text) => ['deliver', text],
  (text) => ['deliver', 'examples', '--to', text],
  (text) => ['deliver', 'examples', '--mappings', text],
  (text) => ['deliver', 'examples', '--from', text],
  (text) => ['check', '--to', text],
  (text) => ['estimate', text, '--contacts', '1', '--activities', text],
  (text) => ['sandbox', '--port', text]
]

it('masks an API key in the errors about any argument, whatever stands around it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('p', 's'),
      region,
      secret,
      fc.constantFrom(...SURROUNDINGS),
      fc.constantFrom(...COMMANDS),
      async (stage, place, given, surround, command) => {
        const errors = await errorsOf(command(surround(`${stage}${place}-${given}`)))
        expect(errors).not.toContain(given)
        expect(errors).not.toContain(JSON.stringify(given).slice(1, -1))
        expect(errors).not.toContain(encodeURIComponent(given))
      }
    ),
    { numRuns: 300 }
  )
}, 60_000)

it.each(['pre-release.ndjson', 'archive/pro-forma.json'])('does not mask the name of a file: %s', async (name) => {
  expect(await errorsOf(['deliver', name])).toContain(name)
})
