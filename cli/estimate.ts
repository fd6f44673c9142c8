import { Command } from 'commander'
import { Delivery, readAll, Stopped } from '../delivery'
import { Estimate } from '../delivery/estimate'
import { moment, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { collect, filesOf, mappingsOf } from './inputs'
import { printable } from './table'
import { tellEstimate } from './tell-estimate'

interface EstimateOptions {
  contacts: number
  activities: number
  trackFactor: number
  retention?: number
  mappings?: string
  integration: string[]
  from?: number
  until?: number
  json?: boolean
}

/** Nobody sees it: nothing is sent. */
const SETTINGS = { api_key: 'pau-estimate' }

const HELP = `
Reads what ortto deliver reads, and sends nothing. The plan's limits hold for any 24 hours: 10 identify events for each
contact, and 5 track events for each contact and activity. Ortto's own examples come out at 10 track events; 5 is the
safer reading, and --track-factor sets another. What else counts, such as the classic integration, is not counted here.

Examples:
  ortto estimate archive/ --contacts 5000 --activities 5
  ortto estimate archive/ --contacts 20000 --activities 10 --retention 90 --mappings mappings.json

Ends with 0, or with 2 when it was called wrongly.`

/** `ortto estimate` */
export function estimateCommand(output: Output): Command {
  return new Command('estimate')
    .description("Tells what a delivery of events would use of an Ortto plan's limits, and sends nothing.")
    .argument('<inputs...>', 'files, folders, or - for standard input')
    .requiredOption('--contacts <number>', 'contacts of the plan, with those bought besides', wholeNumber(1))
    .requiredOption('--activities <number>', 'activities that are tracked', wholeNumber(1))
    .option('--mappings <file>', "mappings in Segment's shape (the destination's presets without it)")
    .option('--integration <name>', "a name in the events' integrations that means Ortto as well", collect, [])
    .option('--from <time>', 'only events of this time or later', moment)
    .option('--until <time>', 'only events before this time', moment)
    .option('--track-factor <number>', 'track events a day for each contact and activity', wholeNumber(1), 5)
    .option('--retention <days>', 'days after its timestamp that Ortto takes an activity', wholeNumber(1))
    .option('--json', 'prints for machines')
    .addHelpText('after', HELP)
    .action((inputs: string[], options: EstimateOptions) => estimate(inputs, options, output))
}

async function estimate(inputs: string[], options: EstimateOptions, output: Output): Promise<void> {
  const { contacts, activities, trackFactor, retention, integration: integrations, from, until } = options
  const files = await filesOf(inputs, output)
  const mappings = await mappingsOf(options.mappings)
  const names = files.map(({ name }) => name)
  const counted = new Estimate({ contacts, activities, trackFactor, retention }, Date.now(), names)
  const delivery = new Delivery({ to: 'nowhere', settings: SETTINGS, mappings, integrations })
  let outside = 0
  const onOutside = (count: number) => (outside += count)
  let events = 0
  try {
    for await (const reports of delivery.run(readAll(files, { from, until, onOutside }))) {
      counted.add(reports)
      events += reports.length
      output.progress?.(`${events} events`)
    }
  } catch (error) {
    throw error instanceof Stopped
      ? new UsageError(`A delivery of this would stop: ${printable(error.message)} Check the files and the mappings.`)
      : error
  } finally {
    output.progress?.()
  }
  const result = { ...counted.result, outside }
  output.log(options.json ? JSON.stringify(result) : tellEstimate(result, options.mappings === undefined))
}
