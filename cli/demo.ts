import { Destination } from '@segment/actions-core'
import type { Subscription } from '@segment/actions-core'
import { open } from 'fs/promises'
import type { FileHandle } from 'fs/promises'
import { join } from 'path'
import { parseArgs } from 'util'
import { atOrigin, deliver, readNdjson } from '../delivery'
import type { Verdict } from '../delivery'
import { createSandbox } from '../sandbox'
import { serve } from '../sandbox/serve'
import ortto from '../src'
import type { Settings } from '../src/generated-types'
import type { OnMappingSaveOutputs } from '../src/upsert-contact/generated-types'
import { report } from './report'

const EXAMPLES = join('examples', 'events.ndjson')
/** The project's folder, seen from the built file. */
const HOME = join(__dirname, '..', '..')

const USAGE = `Usage: npm start [-- path/to/events.ndjson]

Delivers Segment events, one JSON object a line, through the Ortto destination to a local Ortto
on this machine, and shows what became of each. Without a path: ${EXAMPLES}.`

/** What the marketer set up in Segment: an Engage audience of this name is kept in step in Ortto. */
const AUDIENCE_NAME = 'VIP customers'

/** Wrong use: the message is for the person who typed the command. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const { path, help } = readArguments()
  if (help) {
    console.log(USAGE)
    return
  }
  const file = await openFile(path)
  const { app, account, apiKey } = createSandbox()
  const { origin, close } = await serve({ app })
  try {
    console.log(`${path ?? EXAMPLES} → Ortto (Actions) → local Ortto at ${origin}\n`)
    const settings = { api_key: apiKey }
    const destination = new Destination<Settings>(atOrigin(ortto, origin))
    await destination.testAuthentication(settings)
    const mappings = await setUpMappings(destination, settings)
    const verdicts: Verdict[] = []
    for await (const verdict of deliver(readNdjson(file.createReadStream()), destination, settings, mappings)) {
      verdicts.push(verdict)
    }
    console.log(report(verdicts, account))
  } finally {
    await close()
  }
}

function readArguments(): { path?: string; help: boolean } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } }
    })
    if (positionals.length > 1) {
      throw new Error('Name one file only.')
    }
    return { path: positionals[0], help: values.help === true }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('. ')[0] : String(error))
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it'
}

async function openFile(path: string | undefined): Promise<FileHandle> {
  const name = path ?? EXAMPLES
  let file: FileHandle
  try {
    file = await open(path ?? join(HOME, EXAMPLES))
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new UsageError(`Cannot read ${name}: ${REASONS[code] ?? message}.`)
  }
  if ((await file.stat()).isDirectory()) {
    await file.close()
    throw new UsageError(`Cannot read ${name}: it is a folder.`)
  }
  return file
}

/** The two presets as a customer may have saved them: contacts follow an Engage audience into an audience of Ortto. */
async function setUpMappings(destination: Destination<Settings>, settings: Settings): Promise<Subscription[]> {
  const saved = await destination.actions.upsertContact.executeHook('onMappingSave', {
    settings,
    payload: {},
    hookInputs: { audience_name: AUDIENCE_NAME }
  })
  return (ortto.presets ?? []).flatMap((preset) => {
    if (preset.type !== 'automatic') {
      return []
    }
    const follows = preset.partnerAction === 'upsertContact'
    const audience = { audience_update_mode: 'follow_segment', onMappingSave: { outputs: saved.savedData as OnMappingSaveOutputs } }
    return [{ ...preset, mapping: { ...preset.mapping, ...(follows ? audience : {}) } }]
  })
}

main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError
  console.error(isUsage ? error.message : error)
  process.exitCode = isUsage ? 2 : 1
})
