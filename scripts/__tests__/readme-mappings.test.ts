import { Destination, transform } from '@segment/actions-core'
import type { ActionHookResponse, JSONObject } from '@segment/actions-core'
import { readFileSync } from 'fs'
import { join } from 'path'
import { definitionFor, Delivery, readMappings, readItems } from '../../delivery'
import type { ReadItem } from '../../delivery'
import exampleAccount from '../../examples/account.json'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import type { Settings } from '../../src/generated-types'
import { ROOT } from './tests-in'

/** The JSON blocks of the README, in their order. */
function readExamples(): unknown[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  return [...readme.matchAll(/^ *```json\n(.*?)^ *```$/gms)].map(([, block]): unknown => JSON.parse(block))
}

async function* readRows(rows: readonly ReadItem[]): AsyncGenerator<ReadItem[]> {
  yield await Promise.resolve([...rows])
}

describe("the README's mappings", () => {
  const [contact, warehouse] = readExamples()

  it('send the consent and the language as traits', () => {
    const event = { traits: { email: 'a@example.com', marketing_opt_in: false }, context: { locale: 'de-DE' } }

    expect(transform(contact as JSONObject, event)).toEqual({
      traits: { email: 'a@example.com', email_opt_in: false, language: 'de-DE' }
    })
  })

  it('keep an audience equal to the rows of a warehouse model', async () => {
    const { app, account, apiKey } = createSandbox({ account: exampleAccount })
    const { origin, close } = await serve(app)
    const settings = { api_key: apiKey }
    const { upsertContact } = new Destination<Settings>(definitionFor(origin)).actions
    const input = { settings, payload: {}, hookInputs: { audience_name: 'In the model' } }
    const saved = (await upsertContact.executeHook('retlOnMappingSave', input)) as ActionHookResponse<JSONObject>
    const retlOnMappingSave: JSONObject = { outputs: saved.savedData ?? {} }
    const mappings = readMappings(warehouse).map((mapping) => ({
      ...mapping,
      mapping: { ...mapping.mapping, retlOnMappingSave }
    }))
    const rows = [
      ['new', 'u1'],
      ['updated', 'u2'],
      ['deleted', 'u1']
    ].flatMap(([event, id], index) => {
      const row = { type: 'track', event, userId: id, properties: { id, email: `${id}@example.com` } }
      const bytes = Buffer.from(JSON.stringify(row))
      return readItems({ kind: 'file', file: 'rows', line: index + 1, place: index + 1 }, { size: bytes.length, bytes })
    })
    const results: unknown[] = []
    for await (const reports of new Delivery({ to: origin, settings, mappings }).run(readRows(rows))) {
      results.push(...reports.flatMap((report) => report.results.map(({ mapping, status }) => [mapping.name, status])))
    }
    await close()

    expect(results).toEqual([
      ['In the model', 200],
      ['In the model', 200],
      ['No longer in the model', 200]
    ])
    const members = [...account.contacts.all()].filter(({ memberships }) => memberships.get('In the model')?.isMember)
    expect(members.flatMap(({ ids }) => [...ids].map(({ value }) => value))).toEqual(['u2'])
  })
})
