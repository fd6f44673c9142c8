/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/consistent-type-imports */
import { Readable } from 'stream'
import { isNativeError } from 'util/types'
import { isMissingModule } from '../../../common/is-missing-module'
import { FormatError } from '../file-form'
import { RowReader, tableOf } from './columns'
import type { TableColumns } from './columns'

/** Bytes of events that are given at once, at least */
const CHUNK_BYTES = 64 * 1024

/**
 * The events in the rows of a CSV file, as lines of JSON: the line of an event is the number of its row, without the
 * header. A row with another number of cells than the header becomes an object of its cells, which is no event.
 *
 * @param file as it was named: its name tells the table
 * @throws FormatError when the package for CSV is not installed, or the header cannot be used
 */
export async function* decodeCsv(
  chunks: AsyncIterable<Buffer>,
  file: string,
  columns?: TableColumns
): AsyncGenerator<Buffer> {
  const { parse } = loadParser()
  const input = Readable.from(chunks, { objectMode: false })
  const parser = parse({
    bom: true,
    delimiter: [',', ';', '\t'],
    relax_column_count: true,
    skip_empty_lines: true
  })
  input.on('error', (error) => parser.destroy(error)).pipe(parser)
  let reader: RowReader | undefined
  let width = 0
  let lines: string[] = []
  let size = 0
  let failure: Error | undefined
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      if (!reader) {
        reader = new RowReader(checkHeader(row), tableOf(file), columns)
        width = row.length
        continue
      }
      const line = row.length === width ? reader.toJson(row) : JSON.stringify({ damaged_row: row })
      lines.push(line)
      size += line.length
      if (size >= CHUNK_BYTES) {
        yield Buffer.from(`${lines.join('\n')}\n`)
        lines = []
        size = 0
      }
    }
  } catch (error) {
    failure = isNativeError(error) ? error : new Error(String(error))
  } finally {
    // Closes the file, also when nobody reads on.
    input.destroy()
  }
  // What was read before damage is delivered.
  if (lines.length > 0) {
    yield Buffer.from(`${lines.join('\n')}\n`)
  }
  if (failure !== undefined) {
    throw failure
  }
}

function checkHeader(header: readonly string[]): string[] {
  const names = header.map((name) => name.trim())
  const twin = names.find((name, index) => name === '' || names.indexOf(name) !== index)
  if (twin !== undefined) {
    const problem = twin === '' ? 'has a column without a name' : `has two columns named "${twin}"`
    throw new FormatError(`The first line of the CSV file ${problem}. Give each column a name of its own.`)
  }
  return names
}

function loadParser(): typeof import('csv-parse') {
  try {
    return require('csv-parse') as typeof import('csv-parse')
  } catch (error) {
    if (!isMissingModule(error)) {
      throw error
    }
    throw new FormatError('CSV files need a package that is not installed. Run: npm install csv-parse@7')
  }
}
