import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { FailedEvents, readAll, readTrigger, Sample } from '../delivery'
import type { InputFile, Selection } from '../delivery'
import { parseTime, pathFrom, UsageError, wholeNumber } from './command'
import { collect } from './inputs'

/** The options that choose events. */
export interface ChoosingOptions {
  from?: number
  until?: number
  filter?: string
  event?: string[]
  sample?: number
  onlyFailed?: string
  code?: string[]
  limit?: number
}

/** Adds the options that choose events to a command. */
export function withChoosingOptions(command: Command): Command {
  return command
    .option('--from <time>', 'only events at or after this time', parseTime)
    .option('--until <time>', 'only events before this time', parseTime)
    .option('--filter <fql>', 'only events that match this condition, in the language of mapping triggers')
    .option('--event <name>', 'only track events with this name (repeatable)', collect)
    .option('--sample <percent>', 'only this share of the users, such as 1%, with all their events', parseShare)
    .option('--only-failed <file>', 'only events that were rejected, as this --results file of an earlier run says')
    .option('--code <code>', 'with --only-failed: only results with this reason code (repeatable)', collect)
    .option('--limit <number>', 'only so many events, the first ones', wholeNumber(1))
}

/**
 * Reads what the options choose. For a sample of users, the files are read once before they are delivered.
 * @throws UsageError when an option is wrong
 */
export async function readSelection(files: readonly InputFile[], options: ChoosingOptions): Promise<Selection> {
  const { from, until, filter, event: names, sample, onlyFailed, code, limit } = options
  const condition = filter === undefined ? undefined : readTrigger(filter)
  if (typeof condition === 'string') {
    throw new UsageError(`--filter cannot be read: ${condition}.`)
  }
  if (sample !== undefined && files.some(({ isFile }) => !isFile)) {
    throw new UsageError('--sample reads the events twice, to find all events of a user: name files.')
  }
  if (code !== undefined && onlyFailed === undefined) {
    throw new UsageError('--code is only for --only-failed.')
  }
  return {
    from,
    until,
    filter: condition,
    names,
    sample: sample === undefined ? undefined : await Sample.of(sample, readAll(files)),
    failed: onlyFailed === undefined ? undefined : await FailedEvents.read(pathFrom(onlyFailed), code),
    limit
  }
}

/** Parses a percentage. Returns a share from 0 to 1. */
function parseShare(text: string): number {
  const share = Number(text.slice(0, -1)) / 100
  if (!/^\d+(\.\d+)?%$/.test(text) || share <= 0 || share > 1) {
    throw new InvalidArgumentError('Expected a percentage above 0%, such as 1% or 0.5%.')
  }
  return share
}
