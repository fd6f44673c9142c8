import { execFile } from 'child_process'
import { join } from 'path'
import { promisify } from 'util'

const ROOT = join(__dirname, '..', '..')

/** A column, with the type of its values in Parquet */
interface ParquetColumn {
  name: string
  type: 'STRING' | 'INT64' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP' | 'JSON'
  data: unknown[]
}

/** Converts what JSON has no values for, and writes the file. The package is an ES module, which Jest does not load. */
const WRITER = `
  import { readFileSync } from 'fs'
  const { parquetWriteFile } = await import(process.argv[1])
  const convert = { INT64: (value) => BigInt(value), TIMESTAMP: (value) => new Date(value) }
  const columns = JSON.parse(readFileSync(0, 'utf8')).map(({ name, type, data }) => ({
    name,
    type,
    nullable: true,
    data: data.map((value) => (value === null ? value : (convert[type] ?? ((one) => one))(value)))
  }))
  parquetWriteFile({ filename: process.argv[2], columnData: columns, rowGroupSize: 1000 })
`

/** Writes a Parquet file. */
export async function writeParquet(path: string, columns: readonly ParquetColumn[]): Promise<void> {
  const writer = join(ROOT, 'node_modules', 'hyparquet-writer', 'src', 'node.js')
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '-e', WRITER, writer, path], {
    cwd: ROOT
  })
  running.child.stdin?.end(JSON.stringify(columns))
  await running
}
