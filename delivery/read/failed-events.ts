import { createReadStream } from 'fs'
import { resolve } from 'path'
import { createInterface } from 'readline'
import { z } from 'zod'
import { parseJson } from '../../common/parse-json'
import type { ReadItem } from './read-events'
import { InputError } from './find-files'

/** What is read of a line of a results file. `outcome` is absent for what is no event, or was not sent. */
const ResultLine = z.object({
  file: z.string(),
  place: z.number().int(),
  ordinal: z.number().int().optional(),
  mapping: z.string().optional(),
  code: z.string().optional(),
  outcome: z.string().optional(),
  status: z.number().optional()
})
type ResultLine = z.infer<typeof ResultLine>

/** The events that failed in an earlier delivery, by their places in their files. */
export class FailedEvents {
  private readonly missing: Set<string>

  /** @param failed by the event's key: the names of the mappings in which it failed; '' for what went through none */
  private constructor(private readonly failed: ReadonlyMap<string, ReadonlySet<string>>) {
    this.missing = new Set(failed.keys())
  }

  /**
   * Reads a results file. Of several results of an event in a mapping, the last one counts.
   * @param codes only results with one of these reason codes, whatever became of them; by default, all that failed
   * @throws InputError when a line is not a result of an event in a file
   */
  static async read(path: string, codes?: readonly string[]): Promise<FailedEvents> {
    const failed = new Map<string, Set<string>>()
    let number = 0
    try {
      for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
        number += 1
        if (text !== '') {
          add(failed, parseLine(text), codes)
        }
      }
    } catch (error) {
      if (!(error instanceof TypeError)) {
        throw new InputError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
      }
      throw new InputError(`Line ${number} of ${path} is not a result that --results wrote: name that file.`)
    }
    return new FailedEvents(failed)
  }

  /**
   * An event, or a line that is none, that failed: with the mappings in which it failed. It counts as found.
   * Undefined for one that did not fail.
   */
  take(item: ReadItem): ReadItem | undefined {
    const key = keyOfItem(item)
    this.missing.delete(key)
    const mappings = this.failed.get(key)
    return mappings && (mappings.has('') ? item : { ...item, mappings: [...mappings] })
  }

  /** In a fixed order, for a digest */
  get list(): string[] {
    return [...this.failed].map(([key, mappings]) => JSON.stringify([key, ...[...mappings].sort()])).sort()
  }

  /** How many were not found in what was read so far: their files were not named, or have changed. */
  get missingCount(): number {
    return this.missing.size
  }
}

/** @throws TypeError when it is not a result */
function parseLine(text: string): ResultLine {
  const { data } = ResultLine.safeParse(parseJson(text))
  if (data === undefined) {
    throw new TypeError('not a result')
  }
  return data
}

function add(failed: Map<string, Set<string>>, line: ResultLine, codes: readonly string[] | undefined): void {
  const { mapping = '', code = '', outcome, status = 0 } = line
  const isFailed = outcome === undefined ? status >= 400 : outcome === 'rejected'
  const key = keyOf(line.file, line.place, line.ordinal)
  const mappings = failed.get(key) ?? new Set<string>()
  if (codes?.includes(code) ?? isFailed) {
    failed.set(key, mappings.add(mapping))
  } else if (mappings.delete(mapping) && mappings.size === 0) {
    failed.delete(key)
  }
}

function keyOf(file: string, place: number, ordinal: number | undefined): string {
  return JSON.stringify([resolve(file), place, ordinal])
}

function keyOfItem({ source, ordinal }: ReadItem): string {
  return source.kind === 'file' ? keyOf(source.file, source.place, ordinal) : ''
}
