import { z } from 'zod'
import { formatProblems } from '../../../common/format-problems'
import { isRecord } from '../../../src/values'
import { FormatError } from '../file-form'

/** Types of events, and Segment's names of their tables in a warehouse. Event tables have the event's own name. */
const TABLES: Readonly<Record<string, string>> = {
  identifies: 'identify',
  users: 'identify',
  tracks: 'track',
  pages: 'page',
  screens: 'screen',
  groups: 'group',
  aliases: 'alias'
}

const TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const

/** Where a column goes, and what its texts are read as. */
const Column = z.strictObject({
  /** The path in the event, such as `properties.total` */
  path: z.string().regex(/^[^.]+(\.[^.]+)*$/, 'for example properties.total'),
  type: z.enum(['text', 'number', 'boolean', 'json']).default('text')
})

/** The content of a file of `--columns`: what differs from the layout of Segment's warehouses. */
const TableColumns = z.strictObject({
  /** The type of all events. @default by the name of the table and its columns */
  type: z.enum(TYPES).optional(),
  /** Columns by their names: a path in the event, a path and a type, or null for a column that is left out */
  columns: z.record(z.string(), z.union([Column.shape.path, Column, z.null()])).default({})
})
export type TableColumns = z.infer<typeof TableColumns>

/** The layout of Segment's warehouses */
const SEGMENT_LAYOUT: TableColumns = { columns: {} }

/** Reads the content of a file of `--columns`. @throws Error when it is not valid, with the path of each problem */
export function readColumns(value: unknown): TableColumns {
  const read = TableColumns.safeParse(value)
  if (!read.success) {
    throw new Error(formatProblems(read.error))
  }
  return read.data
}

/** Columns of Segment's warehouses with a place of their own in an event */
const SEGMENT_COLUMNS: Readonly<Record<string, string | null>> = {
  // What is named as in an event
  type: 'type',
  messageId: 'messageId',
  userId: 'userId',
  anonymousId: 'anonymousId',
  id: 'messageId',
  user_id: 'userId',
  anonymous_id: 'anonymousId',
  timestamp: 'timestamp',
  received_at: 'receivedAt',
  sent_at: 'sentAt',
  original_timestamp: 'originalTimestamp',
  group_id: 'groupId',
  previous_id: 'previousId',
  context_user_agent: 'context.userAgent',
  // The times at which the warehouse loaded the row, and their ids
  uuid: null,
  uuid_ts: null,
  loaded_at: null
}

/** Objects in `context` whose members are columns: `context_page_url` */
const CONTEXT_OBJECTS = /^context_(app|campaign|device|library|network|os|page|personas|referrer|screen|traits)_(.+)$/

const ADDRESS = /^address_(city|country|postal_code|state|street)$/

type Cell = z.infer<typeof Column>

/** Makes events of the rows of a table. */
export class RowReader {
  private readonly type: string
  private readonly cells: (Cell | undefined)[]

  /**
   * @param header the names of the columns
   * @param table the name of the table: that of its file or folder
   * @throws FormatError when no column has the ids of users
   */
  constructor(header: readonly string[], table: string, { type, columns }: TableColumns = SEGMENT_LAYOUT) {
    const isTrack = header.includes('event') || header.includes('event_text')
    this.type = type ?? TABLES[table] ?? (isTrack ? 'track' : 'identify')
    this.cells = header.map((name) => toCell(name, columns[name], this.type, header))
    if (!this.cells.some((cell) => cell?.path === 'userId' || cell?.path === 'anonymousId')) {
      throw new FormatError(
        'The table has no column user_id or anonymous_id, so its rows do not tell whose they are. ' +
          'Say what its columns are with --columns.'
      )
    }
  }

  /** The event of a row, as JSON. Empty cells are absent. */
  toJson(row: readonly unknown[]): string {
    const event = createObject()
    event.type = this.type
    this.cells.forEach((cell, index) => {
      const value = cell && convert(row[index], cell.type)
      if (cell && value !== undefined) {
        setAt(event, cell.path.split('.'), value)
      }
    })
    return JSON.stringify(event)
  }
}

function toCell(
  name: string,
  given: TableColumns['columns'][string] | undefined,
  type: string,
  header: readonly string[]
): Cell | undefined {
  if (given !== undefined) {
    return given === null ? undefined : typeof given === 'string' ? { path: given, type: 'text' } : given
  }
  const path = toPath(name, type, header)
  return path === null ? undefined : { path, type: 'text' }
}

function toPath(name: string, type: string, header: readonly string[]): string | null {
  if (name in SEGMENT_COLUMNS) {
    return SEGMENT_COLUMNS[name]
  }
  if (type === 'track' && (name === 'event_text' || name === 'event')) {
    // "event" has the name in snake case; "event_text" has it as it was sent.
    return name === 'event_text' || !header.includes('event_text') ? 'event' : null
  }
  const [, object, member] = CONTEXT_OBJECTS.exec(name) ?? []
  if (object !== undefined) {
    return `context.${object}.${member}`
  }
  if (name.startsWith('context_')) {
    return `context.${name.slice('context_'.length)}`
  }
  const [, part] = ADDRESS.exec(name) ?? []
  const own = type === 'identify' || type === 'group' ? 'traits' : 'properties'
  return part === undefined
    ? `${own}.${name.replace(/\./g, '_')}`
    : `${own}.address.${part === 'postal_code' ? 'postalCode' : part}`
}

/** The value of a cell as JSON has it. Undefined for an empty one. */
function convert(value: unknown, type: Cell['type']): unknown {
  if (value === undefined || value === null || value === '') {
    return undefined
  }
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value.toString()
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? undefined : value.toISOString()
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString()
  }
  if (Array.isArray(value)) {
    return value.map((one) => convert(one, 'text') ?? null)
  }
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, convert(one, 'text')]))
  }
  return typeof value === 'string' ? convertText(value, type) : value
}

/** A text that is not of the type stays a text: nothing is lost, and Ortto says what is wrong with it. */
function convertText(text: string, type: Cell['type']): unknown {
  switch (type) {
    case 'text':
      return text
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
    case 'boolean':
      return /^(true|t|1)$/i.test(text) ? true : /^(false|f|0)$/i.test(text) ? false : text
    case 'json':
      try {
        return JSON.parse(text)
      } catch {
        return text
      }
  }
}

/** Without a prototype, so that a column may have any name. */
function createObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}

function setAt(event: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let object = event
  for (const key of path.slice(0, -1)) {
    const next = isRecord(object[key]) ? object[key] : createObject()
    object[key] = next
    object = next
  }
  object[path[path.length - 1]] = value
}

/** The name of the table in a file: `tracks` for `tracks.csv.gz`, and for `tracks/part-0.csv`. */
export function tableOf(file: string): string {
  const [folder, name] = file.split(/[\\/]/).slice(-2)
  const base = (name ?? folder).replace(/\..*$/, '').toLowerCase()
  return base in TABLES || name === undefined || !(folder.toLowerCase() in TABLES) ? base : folder.toLowerCase()
}
