import { Command } from 'commander'
import { connectAudiences, definitionFor, Delivery, isLeftOut, readAll, Selector, Stopped } from '../delivery'
import { Estimate } from './estimate-counts'
import { parseTime, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { collect, columnsOption, filesOf, mappingsOf } from './inputs'
import { printable } from './table'
import { DEFAULT_RETENTION_DAYS } from '../sandbox/rules'
import { formatEstimate } from './format-estimate'

interface EstimateOptions {
  contacts: number
  activities: number
  trackFactor: number
  retention: number | 'for ever'
  mappings?: string
  integration: string[]
  consent: string[]
  from?: number
  until?: number
  columns?: string
  json?: boolean
}

/** Nothing is sent, so the API key is never used. */
const SETTINGS = { api_key: 'pau-estimate' }

const HELP = `
Reads the same files as ortto deliver, and sends nothing. A plan limits the events in any 24 hours: 10 identify events
per contact, and 5 track events per contact and activity. Ortto's own examples use 10 track events. The lower number is
the default; change it with --track-factor. Events from elsewhere, such as the classic integration, are not counted.

Examples:
  ortto estimate archive/ --contacts 5000 --activities 5
  ortto estimate archive/ --contacts 20000 --activities 10 --retention 90 --mappings mappings.json

Exits with 0, or with 2 for usage errors.`

/** `ortto estimate` */
export function estimateCommand(output: Output): Command {
  return new Command('estimate')
    .argument('<inputs...>', 'files, folders, or - for standard input')
    .requiredOption('--contacts <number>', 'contacts of the plan, including add-ons', wholeNumber(1))
    .requiredOption('--activities <number>', 'number of tracked activities', wholeNumber(1))
    .option('--mappings <file>', "a mappings file in Segment's format (default: the destination's presets)")
    .addOption(columnsOption())
    .option('--integration <name>', "a further name for Ortto in the events' integrations", collect, [])
    .option('--consent <category>', 'only events that allow this consent category (repeatable)', collect, [])
    .option('--from <time>', 'only events at or after this time', parseTime)
    .option('--until <time>', 'only events before this time', parseTime)
    .option('--track-factor <number>', 'track events per contact and activity in 24 hours', wholeNumber(1), 5)
    .option(
      '--retention <days>',
      "days after its timestamp in which Ortto accepts an activity, or 'for ever'",
      parseRetention,
      DEFAULT_RETENTION_DAYS
    )
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action((inputs: string[], options: EstimateOptions) => estimate(inputs, options, output))
}

function parseRetention(text: string): number | 'for ever' {
  return text === 'for ever' ? text : wholeNumber(1)(text)
}

async function estimate(inputs: string[], options: EstimateOptions, output: Output): Promise<void> {
  const {
    contacts,
    activities,
    trackFactor,
    retention: retentionDays,
    integration: integrations,
    consent,
    from,
    until
  } = options
  const files = await filesOf(inputs, output, options.columns)
  // In a dry run every audience is found.
  const mappings = await connectAudiences(await mappingsOf(options.mappings), definitionFor('nowhere'), SETTINGS)
  const names = files.map(({ name }) => name)
  const counts = new Estimate({ contacts, activities, trackFactor, retentionDays }, Date.now(), names)
  const delivery = new Delivery({ to: 'nowhere', settings: SETTINGS, mappings, integrations, consent })
  let outside = 0
  let events = 0
  const selector = new Selector({ from, until })
  try {
    for await (const reports of delivery.run(selector.selectFrom(readAll(files)))) {
      const chosen = reports.filter((report) => !isLeftOut(report))
      outside += reports.length - chosen.length
      counts.add(chosen)
      events += reports.length
      output.progress?.(`${events} events`)
    }
  } catch (error) {
    throw error instanceof Stopped
      ? new UsageError(
          `A delivery of these events would stop: ${printable(error.message)} Check the files and the mappings.`
        )
      : error
  } finally {
    output.progress?.()
  }
  const result = { ...counts.result, outside }
  output.log(options.json ? JSON.stringify(result) : formatEstimate(result, options.mappings === undefined))
}
