import { Destination } from '@segment/actions-core'
import type { JSONObject, Subscription } from '@segment/actions-core'
import { open } from 'fs/promises'
import type { FileHandle } from 'fs/promises'
import { join } from 'path'
import { parseArgs } from 'util'
import { atOrigin, deliver, readNdjson } from '../delivery'
import type { Verdict } from '../delivery'
import { createSandbox } from '../sandbox'
import { serve } from '../sandbox/serve'
import exampleAccount from '../examples/account.json'
import ortto from '../src'
import type { Settings } from '../src/generated-types'
import { fail, pathFrom, readUsage, UsageError } from './command'
import type { Output } from './command'
import { accountFor } from './own-account'
import { report } from './report'

/** From the project's folder, where npm starts the command. */
const EXAMPLES = join('examples', 'events.ndjson')

const USAGE = `Usage: npm start [-- path/to/events.ndjson]

Delivers Segment events, one JSON object a line, through the Ortto destination to a local Ortto
on this machine, and shows what became of each. Without a path: ${EXAMPLES}.`

/** What the marketer set up in Segment: events of Engage audiences move contacts into and out of this audience. */
const AUDIENCE_NAME = 'VIP customers'

/** Runs the demo and resolves with the exit code: 0 when the run completed, 2 for wrong use, 1 when it broke down. */
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
  const file = await openFile(path)
  // Only such a file can be read from its start again; a pipe can't.
  const isPlainFile = (await file.stat()).isFile()
  const { app, account, apiKey } = createSandbox({ account: await accountOf(file, path === undefined, isPlainFile) })
  const { origin, close } = await serve(app)
  try {
    output.log(`${path ?? EXAMPLES} → Ortto (Actions) → local Ortto at ${origin}\n`)
    const settings = { api_key: apiKey }
    const destination = new Destination<Settings>(atOrigin(ortto, origin))
    await destination.testAuthentication(settings)
    const mappings = await setUpMappings(destination, settings)
    const verdicts: Verdict[] = []
    const start = isPlainFile ? 0 : undefined
    for await (const verdict of deliver(
      readNdjson(file.createReadStream({ start })),
      destination,
      settings,
      mappings
    )) {
      verdicts.push(verdict)
    }
    output.log(report(verdicts, account))
  } finally {
    await close()
  }
}

function readArguments(args: readonly string[]): { path?: string; help: boolean } {
  return readUsage('npm start', () => {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } }
    })
    if (positionals.length > 1) {
      throw new Error('Name one file only.')
    }
    return { path: positionals[0], help: values.help }
  })
}

/** The examples have an account of their own. Any other file gets one that fits, if it can be read twice. */
async function accountOf(file: FileHandle, isExample: boolean, isPlainFile: boolean): Promise<object> {
  return isExample || !isPlainFile
    ? exampleAccount
    : accountFor(readNdjson(file.createReadStream({ start: 0, autoClose: false })))
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it'
}

async function openFile(path: string | undefined): Promise<FileHandle> {
  const name = path ?? EXAMPLES
  let file: FileHandle
  try {
    file = await open(path === undefined ? EXAMPLES : pathFrom(path))
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
  if (saved.error) {
    throw new Error(`The audience "${AUDIENCE_NAME}" was not connected: ${saved.error.message}`)
  }
  return (ortto.presets ?? []).flatMap((preset) => {
    if (preset.type !== 'automatic') {
      return []
    }
    const follows = preset.partnerAction === 'upsertContact'
    const audience = {
      audience_update_mode: 'follow_segment',
      onMappingSave: { outputs: saved.savedData as JSONObject }
    }
    return [{ ...preset, mapping: { ...preset.mapping, ...(follows ? audience : {}) } }]
  })
}

if (require.main === module) {
  // The reader of a pipe may go when it has seen enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error
    }
  })
  void run(process.argv.slice(2), console).then((code) => {
    process.exitCode = code
  })
}
