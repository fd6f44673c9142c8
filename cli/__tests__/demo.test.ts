import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { run } from '../ortto'

/** Runs `ortto demo …args`, as `npm start -- …args` does. */
async function demo(...args: string[]) {
  const out: string[] = []
  const errors: string[] = []
  const code = await run(['demo', ...args], {
    log: (text) => out.push(text),
    error: (text) => errors.push(String(text))
  })
  return { code, out: out.join('\n'), errors }
}

describe('npm start', () => {
  it('delivers the examples and shows the result of each event', async () => {
    const { code, out, errors } = await demo()

    expect({ code, errors }).toEqual({ code: 0, errors: [] })
    expect(out).toMatch(/^1 +identify +lana.romeijn.myonlinestore-studio +Upsert Contact +200 +Processed by Ortto\.$/m)
    expect(out).toMatch(/^4 +identify +- +Upsert Contact +400 +This event has neither a User ID nor an Anonymous ID/m)
    expect(out).toMatch(
      /^5 .* 200 +Processed by Ortto\. The IP Address was left out: it is not a usable IPv4 address\.$/m
    )
    expect(out).toMatch(/^7 +track: Order completed .* 400 +The Timestamp "last Tuesday" cannot be read/m)
    expect(out).toMatch(/^11 +identify .* 422 /m)
    expect(out).toMatch(/^13 +track: Email opened .* 200 +Ignored: this activity came from Ortto/m)
    expect(out).toContain('Contacts in Ortto: 4')
    expect(out).toMatch(/^3 +max\.mustermann +- +VIP customers /m)
    expect(out).toMatch(/^4 +erika\.mustermann +- +- +/m)
    expect(out).toMatch(/^4 +\S+ +Left the audience "VIP customers"$/m)
    expect(out).toMatch(
      /^5 +\S+ +Contact 2 was merged into this contact: one item contained both the Email "iva@example.org"/m
    )
    expect(out).toContain('Activities in Ortto: 4')
    expect(out).toMatch(/^Order completed +b1e24a7c-ipv6 +\d{4}-\d\d-\d\dT07:05:00\.000Z /m)
    expect(out).toMatch(/^Order completed +c77f-unknown .* Waiting in the backlog: no contact has the anonymous id/m)
    expect(out).toMatch(
      /^- +iva\.work +"birthday" was skipped: "1990-02-01" is not a valid date in the format DD-MM-YYYY/m
    )
    expect(out).toMatch(/^422 +max\.mustermann +No mappings configured for the activity "Newsletter opened"$/m)
    expect(out.split('\n').pop()).toBe(
      '18 results: 12 delivered, 1 unchanged, 3 rejected, 1 ignored (from Ortto), 1 not sent.'
    )
  })

  it('shows no API key', async () => {
    expect((await demo()).out).not.toMatch(/pau-/)
  })

  describe('with a file of its own', () => {
    let folder: string

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    })
    afterEach(() => rm(folder, { recursive: true }))

    const fileOf = async (content: string) => {
      const path = join(folder, 'events.ndjson')
      await writeFile(path, content)
      return path
    }

    it('delivers it, and reports a line that is not JSON by its number', async () => {
      const { code, out } = await demo(
        await fileOf(
          '{"type":"identify","userId":"u1","traits":{"active":true}}\n{oops\n{"type":"track","userId":"u1","event":"Order completed"}\n'
        )
      )

      expect(code).toBe(0)
      expect(out).toMatch(/^2 +- +- +- +400 +This line is not JSON/m)
      expect(out).toContain('3 results: 2 delivered, 1 rejected')
    })

    it('maps its own traits and activities in Ortto', async () => {
      const { out } = await demo(
        await fileOf(
          '{"type":"identify","userId":"u1","traits":{"shoe":38,"vip_customers":true,"deep":{"a":1}}}\n' +
            '{"type":"track","userId":"u1","event":"Shoe bought","properties":{"colour":"red","size":[38]}}\n'
        )
      )

      expect(out).toMatch(/^1 +u1 .* shoe: 38, vip_customers: true$/m)
      expect(out).toMatch(/^Shoe bought +u1 .* colour: red /m)
      expect(out).toContain('2 results: 2 delivered.')
    })

    it('lets no event write commands to the terminal', async () => {
      const { out } = await demo(await fileOf('{"type":"track","userId":"u\\u001b[2J","event":"a\\u202eb"}'))

      // eslint-disable-next-line no-control-regex
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
    })

    it('survives an event that is too large for Ortto', async () => {
      const large = JSON.stringify({ type: 'identify', userId: 'u1', traits: { name: 'x'.repeat(11 * 1024 * 1024) } })
      const { code, out } = await demo(
        await fileOf(`${large}\n{"type":"identify","userId":"u2","traits":{"active":true}}\n`)
      )

      expect(code).toBe(0)
      expect(out).toMatch(/^1 +- +- +- +400 +This line is longer than 10 MiB/m)
      expect(out).toMatch(/^2 +identify +u2 +Upsert Contact +200 /m)
    })

    it('completes when the file is empty', async () => {
      const { code, out } = await demo(await fileOf(''))

      expect(code).toBe(0)
      expect(out).toContain('No events were found.')
    })

    it.each([
      [['no-such-file.ndjson'], 'There is no file or folder no-such-file.ndjson: check its name.'],
      [
        ['src/track-activity'],
        'There are no event files in src/track-activity: .ndjson, .jsonl, .json, .csv, .parquet and .gz are read.'
      ],
      [['--fast'], "error: unknown option '--fast'"],
      [['one.ndjson', 'two.ndjson'], 'error: too many arguments']
    ])('ends %j with a clear line', async (args, line) => {
      const { code, out, errors } = await demo(...args)
      expect([code, out]).toEqual([2, ''])
      expect(errors.join('\n')).toContain(line)
    })
  })

  it('prints only errors with --quiet', async () => {
    expect(await demo('--quiet')).toEqual({ code: 0, out: '', errors: [] })
    expect((await demo('no-such-file.ndjson', '--quiet')).errors).toHaveLength(1)
  })

  it('says how it is used', async () => {
    const { code, out } = await demo('--help')

    expect(code).toBe(0)
    expect(out).toContain('Usage: ortto demo [options] [file]')
  })
})
