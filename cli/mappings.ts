import { Command, Option } from 'commander'
import {
  connectAudiences,
  definitionFor,
  Delivery,
  inShape,
  MAPPING_SHAPES,
  presetMappings,
  readAll
} from '../delivery'
import { readMappingsFile } from '../delivery'
import type { MappingShape } from '../delivery'
import { truncate } from '../common/truncate'
import { EXIT, readJSON, readNamed } from './command'
import type { Output } from './command'
import { formatNumber } from './format-number'
import { columnsOption, filesOf, mappingsOf } from './inputs'
import { MappingsDiff } from './mappings-diff'
import type { DiffGroup, DiffResult } from './mappings-diff'
import { printable, table } from './table'

/** Nothing is sent, so the API key is never used. */
const SETTINGS = { api_key: 'pau-dry-run' }

/** Groups that are shown, and characters of a value */
const MAX_SHOWN = 30
const MAX_VALUE = 60

const HELP = `
A mappings file is a JSON array of mappings, in the shape of Segment's framework { name, enabled, subscribe,
partnerAction, mapping }, or of Segment's Public API and Terraform { name, enabled, trigger, actionSlug, settings }: one
mapping, a list, or a whole response of the API.

Examples:
  ortto mappings diff old.json new.json archive/
  ortto mappings export --shape segment                    the presets
  ortto mappings export mappings.json --shape framework`

const DIFF_HELP = `
Sends nothing. Reads the events as ortto deliver does, and shows each field that goes out differently, with the number
of events and three of them. Names and the order of mappings make no difference. Audiences are compared by their name.

Exits with 0 when all events go out the same, 1 when some go out differently, 2 for usage errors.`

/** `ortto mappings` */
export function mappingsCommand(output: Output, end: (code: number) => void): Command {
  return new Command('mappings')
    .addCommand(
      new Command('diff')
        .description('Shows which events two sets of mappings send differently, and in which fields.')
        .argument('<old>', 'a mappings file')
        .argument('<new>', 'a mappings file')
        .argument('<inputs...>', 'files, folders, or - for standard input')
        .addOption(columnsOption())
        .option('--json', 'print JSON')
        .addHelpText('after', DIFF_HELP)
        .action(async (old: string, changed: string, inputs: string[], options: DiffOptions) =>
          end(await diff(old, changed, inputs, options, output))
        )
    )
    .addCommand(
      new Command('export')
        .description('Prints mappings in a shape of Segment, to import them elsewhere.')
        .argument('[file]', "a mappings file (default: the destination's presets)")
        .addOption(new Option('--shape <name>', 'the shape').choices(MAPPING_SHAPES).default('segment'))
        .action(async (file: string | undefined, { shape }: { shape: MappingShape }) => {
          const mappings =
            file === undefined
              ? readMappingsFile(presetMappings())
              : readNamed(file, readMappingsFile, await readJSON(file))
          output.log(JSON.stringify(inShape(mappings, shape), null, 2))
        })
    )
    .addHelpText('after', HELP)
}

interface DiffOptions {
  columns?: string
  json?: boolean
}

async function diff(
  old: string,
  changed: string,
  inputs: readonly string[],
  { columns, json: isJSON = false }: DiffOptions,
  output: Output
): Promise<number> {
  const files = await filesOf(inputs, output, columns)
  // In a dry run every audience is found, and has an id that depends on its name only.
  const connect = async (path: string) => connectAudiences(await mappingsOf(path), definitionFor('nowhere'), SETTINGS)
  const oldMappings = await connect(old)
  const mappings = [...oldMappings, ...(await connect(changed))]
  const delivery = new Delivery({ to: 'nowhere', settings: SETTINGS, mappings, keepGoing: true })
  const counts = new MappingsDiff(oldMappings)
  let lines = 0
  try {
    for await (const reports of delivery.run(readAll(files))) {
      counts.add(reports)
      lines += reports.length
      output.progress?.(`${formatNumber(lines)} lines`)
    }
  } finally {
    output.progress?.()
  }
  const { result } = counts
  output.log(isJSON ? JSON.stringify(result) : formatDiff(result))
  return result.different > 0 ? EXIT.rejected : EXIT.done
}

function formatDiff({ lines, different, groups }: DiffResult): string {
  const read = `Lines: ${formatNumber(lines)}.`
  if (different === 0) {
    return `${read} All events go out the same.`
  }
  const shown = groups.slice(0, MAX_SHOWN)
  return [
    table(
      ['Events', 'Mapping', 'Field'],
      shown.map((group) => [formatNumber(group.count), group.mapping, describeGroup(group)])
    ),
    ...(groups.length > shown.length ? [`… and ${formatNumber(groups.length - shown.length)} more fields`] : []),
    ...shown.flatMap((group) => [
      '',
      `${printable(group.mapping)}: ${printable(describeGroup(group))}`,
      ...samplesOf(group)
    ]),
    '',
    `${read} Events that go out differently: ${formatNumber(different)}.`
  ].join('\n')
}

function describeGroup({ kind, field = '' }: DiffGroup): string {
  return kind === 'field'
    ? field
    : kind === 'only_old'
    ? '(sent by the old mappings only)'
    : '(sent by the new mappings only)'
}

function samplesOf({ kind, samples }: DiffGroup): string[] {
  return samples.map(({ source, old, new: changed }) => {
    const values = kind === 'field' ? `${show(old)} → ${show(changed)}` : show(old ?? changed)
    return `  ${printable(source)}  ${values}`
  })
}

function show(value: unknown): string {
  return value === undefined ? '(none)' : truncate(printable(JSON.stringify(value)), MAX_VALUE)
}
