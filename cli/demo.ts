import { Destination } from '@segment/actions-core'
import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import { join } from 'path'
import { parseArgs } from 'util'
import { isNativeError } from 'util/types'
import { definitionFor, Delivery, findFiles, presetMappings, readAll, tracksActivities } from '../delivery'
import type { EventReport, InputFile, Mapping, ReadItem } from '../delivery'
import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import { serve } from '../sandbox/http/serve'
import type { Settings } from '../src/generated-types'
import { fail, pathFrom, UsageError } from './command'
import type { Output } from './command'
import { moveDates } from './move-dates'
import { acceptingAccount, describeAssumptions } from './rehearsal'
import { formatReport } from './report'
import { terminal } from './terminal'

/** Relative to the project's folder, where npm starts the command. */
const EXAMPLES = join('examples', 'events.ndjson')

const USAGE = `Usage: npm start [-- path/to/events.ndjson]

Delivers Segment events, one JSON object per line, through the Ortto destination to a local Ortto
on this machine, and shows the result of each event. The default path is ${EXAMPLES}.`

/** The Ortto audience that the mapping is connected to: events of Engage audiences add and remove its members. */
const AUDIENCE_NAME = 'VIP customers'

/** Runs the demo. Resolves with the exit code: 0 when it completed, 1 when it failed, 2 for usage errors. */
export async function run(args: readonly string[], output: Output): Promise<number> {
  try {
    const { path, help } = readArguments(args)
    await (help ? output.log(USAGE) : demo(path, output))
    return 0
  } catch (error) {
    return fail(error, output)
  }
}

async function demo(path: string | undefined, output: Output): Promise<void> {
  const isExample = path === undefined
  const files = await findFiles([isExample ? EXAMPLES : pathFrom(path)])
  const { app, account, apiKey } = createSandbox({ account: isExample ? exampleAccount : acceptingAccount() })
  const { origin, close } = await serve(app)
  try {
    output.log(`${path ?? EXAMPLES} → Ortto (Actions) → local Ortto at ${origin}`)
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

function readArguments(args: readonly string[]): { path?: string; help: boolean } {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } }
    })
    if (positionals.length > 1) {
      throw new Error('Specify one file only.')
    }
    return { path: positionals[0], help: values.help }
  } catch (error) {
    const problem = isNativeError(error) ? error.message.split('. ')[0].replace(/\.$/, '') : String(error)
    throw new UsageError(`${problem}. See npm start -- --help.`)
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

if (require.main === module) {
  void run(process.argv.slice(2), terminal()).then((code) => {
    process.exitCode = code
  })
}
