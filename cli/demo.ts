import { Destination } from '@segment/actions-core'
import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import { Command } from 'commander'
import { existsSync } from 'fs'
import { join } from 'path'
import { definitionFor, Delivery, findFiles, presetMappings, readAll, tracksActivities } from '../delivery'
import type { EventReport, InputFile, Mapping, ReadItem } from '../delivery'
import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import { serve } from '../sandbox/http/serve'
import type { Settings } from '../src/generated-types'
import { pathFrom } from './command'
import type { Output } from './command'
import { moveDates } from './move-dates'
import { acceptingAccount, describeAssumptions } from './rehearsal'
import { formatReport } from './report'

/** The example events, as seen from this file: compiled, and in the sources. */
const PLACES = [
  join(__dirname, '..', '..', 'examples', 'events.ndjson'),
  join(__dirname, '..', 'examples', 'events.ndjson')
]

const HELP = `
Reads the file as ortto deliver does, and prints all that a local Ortto stores of it. Nothing is remembered, and nothing
is sent elsewhere. The example events are moved to the last days, because Ortto rejects old activities.

Examples:
  ortto demo
  ortto demo path/to/events.ndjson

Exits with 0 when it completed, 2 for usage errors.`

/** The Ortto audience that the mapping is connected to: events of Engage audiences add and remove its members. */
const AUDIENCE_NAME = 'VIP customers'

/** `ortto demo` */
export function demoCommand(output: Output): Command {
  return new Command('demo')
    .argument('[file]', 'events as Segment delivers them (default: the example events)')
    .addHelpText('after', HELP)
    .action((path: string | undefined) => demo(path, output))
}

async function demo(path: string | undefined, output: Output): Promise<void> {
  const isExample = path === undefined
  const [example] = PLACES.filter((place) => existsSync(place))
  const files = await findFiles([isExample ? example : pathFrom(path)])
  const { app, account, apiKey } = createSandbox({ account: isExample ? exampleAccount : acceptingAccount() })
  const { origin, close } = await serve(app)
  try {
    output.log(`${path ?? 'The example events'} → Ortto (Actions) → local Ortto at ${origin}`)
    output.log(isExample ? 'The dates of the examples are moved to the last days.' : '')
    describeAssumptions(account, {}).forEach((line) => output.log(line))
    const settings = { api_key: apiKey }
    const definition = definitionFor(origin)
    await new Destination<Settings>(definition).testAuthentication(settings)
    const mappings = await setUpMappings(definition, settings)
    const reports: EventReport[] = []
    for await (const list of new Delivery({ to: origin, settings, mappings }).run(
      isExample ? movedExamples(files) : readAll(files)
    )) {
      reports.push(...list)
    }
    output.log(formatReport(reports, account))
  } finally {
    await close()
  }
}

async function* movedExamples(files: readonly InputFile[]): AsyncGenerator<ReadItem[]> {
  const items: ReadItem[] = []
  for await (const list of readAll(files)) {
    items.push(...list)
  }
  yield moveDates(items, Date.now())
}

/** The two presets, as a customer may have saved them: contacts follow an Engage audience to an Ortto audience. */
async function setUpMappings(definition: DestinationDefinition<Settings>, settings: Settings): Promise<Mapping[]> {
  // Every action has the same hook.
  const [action] = Object.values(new Destination<Settings>(definition).actions)
  const saved = await action.executeHook('onMappingSave', {
    settings,
    payload: {},
    hookInputs: { audience_name: AUDIENCE_NAME }
  })
  if (saved.error) {
    throw new Error(`The audience "${AUDIENCE_NAME}" was not connected: ${saved.error.message}`)
  }
  const audience = {
    audience_update_mode: 'follow_segment',
    onMappingSave: { outputs: saved.savedData as JSONObject }
  }
  return presetMappings().map((preset) =>
    !tracksActivities(preset.partnerAction) ? { ...preset, mapping: { ...preset.mapping, ...audience } } : preset
  )
}
