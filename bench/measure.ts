import { execFileSync, fork } from 'child_process'
import type { ChildProcess } from 'child_process'
import { once } from 'events'
import { join } from 'path'
import { writeEvents } from './events'

/** What one process took for the events of a file. */
export interface Measured {
  events: number
  seconds: number
  /** Seconds of all processors */
  cpu: number
  /** Megabytes of memory at the most */
  peak: number
  /** Bytes that the server received */
  bytes: number
}

export type Contestant = 'floor' | 'live' | 'destination' | 'deliver'

/** The server that takes all, and the folder with the events. */
export class Track {
  private constructor(private readonly sink: ChildProcess, readonly origin: string, private readonly folder: string) {}

  /**
   * @param folder a folder of its own
   * @param failing the share of requests that fail
   */
  static async open(folder: string, failing = 0): Promise<Track> {
    const sink = fork(join(__dirname, 'sink.js'), ['0', String(failing)])
    const [port] = (await once(sink, 'message')) as [number]
    return new Track(sink, `http://127.0.0.1:${port}`, folder)
  }

  /** A file with so many events. */
  async file(events: number): Promise<string> {
    const path = join(this.folder, `${events}.ndjson`)
    await writeEvents(path, events)
    return path
  }

  /** Lets one run. `flags` are those of Node. */
  async run(contestant: Contestant, file: string, batchSize: number, flags: readonly string[] = []): Promise<Measured> {
    const args = [...flags, join(__dirname, 'contestant.js'), contestant, file, this.origin, String(batchSize)]
    const env = { ...process.env, ORTTO_API_KEY: 'pau-key' }
    await this.bytes()
    const printed = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', env })) as Measured
    const { events } = printed
    if (events !== eventsIn(file)) {
      throw new Error(`${contestant} delivered ${events} of ${eventsIn(file)} events.`)
    }
    return { ...printed, bytes: await this.bytes() }
  }

  close(): void {
    this.sink.disconnect()
  }

  private async bytes(): Promise<number> {
    this.sink.send('bytes')
    const [bytes] = (await once(this.sink, 'message')) as [number]
    return bytes
  }
}

/** The name of a file tells how many events it has. */
function eventsIn(file: string): number {
  return parseInt(file.slice(file.lastIndexOf('/') + 1), 10)
}

export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}

/** A table in Markdown, which can be read as it stands. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
