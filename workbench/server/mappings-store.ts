import { readFile } from 'fs/promises'
import { isDeepStrictEqual } from 'util'
import { isNativeError } from 'util/types'
import { errorMessage } from '../../common/error-message'
import { replaceFile } from '../../common/replace-file'
import { parseFile } from '../../common/parse-file'
import { MappingsError, MappingsFile, presetMappings, readMappingsFile } from '../../delivery'
import { findEntries } from '../../delivery/mapping/mapping-shapes'
import { isRecord } from '../../src/values'

/** A problem with a mapping */
interface MappingProblem {
  /** The mapping's position. Undefined when the problem concerns the whole file. */
  index?: number
  /** The key of the field */
  field?: string
  message: string
}

/** The mappings file, as `deliver --mappings` reads it. */
export class MappingsStore {
  /** Resolves when all saves so far are done. Saves run one at a time. */
  private lastSave: Promise<unknown> = Promise.resolve()

  private constructor(readonly path: string | undefined, private stored: MappingsFile) {}

  /**
   * Reads the file. If it does not exist, the mappings are the destination's presets.
   * @throws MappingsError when the file cannot be read, or is not valid
   */
  static async open(path?: string): Promise<MappingsStore> {
    return new MappingsStore(path, (await readIfExists(path)) ?? presets())
  }

  get mappings(): MappingsFile {
    return this.stored
  }

  /**
   * Saves mappings. Returns their problems; if there are any, nothing is saved.
   * @param base the mappings that were edited. If the stored mappings differ from them, nothing is saved.
   */
  save(value: unknown, base?: unknown): Promise<MappingProblem[]> {
    const saved = this.lastSave.then(() => this.replace(value, base))
    this.lastSave = saved.catch(() => undefined)
    return saved
  }

  private async replace(value: unknown, base: unknown): Promise<MappingProblem[]> {
    const problem = await this.reload()
    if (problem !== undefined) {
      return [{ message: problem }]
    }
    if (base !== undefined && !isDeepStrictEqual(base, this.stored)) {
      return [{ message: 'Other mappings were saved in the meantime. Your changes were not saved.' }]
    }
    const { data, error } = MappingsFile.safeParse(value)
    if (error) {
      return problemsOf(error.issues)
    }
    if (this.path !== undefined) {
      // The file contains no secrets.
      const written = replaceFile(this.path, `${JSON.stringify(data, null, 2)}\n`, 0o666)
      const failure = await written.then(() => undefined, errorMessage)
      if (failure !== undefined) {
        return [{ message: `Cannot write ${this.path}: ${failure}` }]
      }
    }
    this.stored = data
    return []
  }

  /** Loads changes that were made to the file. Returns an error message if that fails. */
  private async reload(): Promise<string | undefined> {
    try {
      this.stored = (await readIfExists(this.path)) ?? this.stored
      return undefined
    } catch (error) {
      return `${errorMessage(error)} Fix or delete the file before you save.`
    }
  }
}

/** Returns the problems of mappings, before they are saved. */
export function checkMappings(value: unknown): MappingProblem[] {
  return readImported(value).problems
}

/** The mappings of a file in any shape, or their problems. */
interface ImportedMappings {
  problems: MappingProblem[]
  /** The names that the mappings have, by position; empty for one without a name */
  names: string[]
  /** None when there are problems */
  mappings?: MappingsFile
}

/** Reads mappings that are to be imported, or checked before they are saved. */
export function readImported(value: unknown): ImportedMappings {
  const { data, error } = MappingsFile.safeParse(value)
  const found = findEntries(value)
  const entries = 'entries' in found ? found.entries : []
  return {
    problems: error ? problemsOf(error.issues) : [],
    names: entries.map((entry) => (isRecord(entry) && typeof entry.name === 'string' ? entry.name : '')),
    mappings: data
  }
}

/** The mappings of a new destination. */
export function presets(): MappingsFile {
  // Read like a file, so that the members of all mappings have the same order. The page compares them as text.
  return readMappingsFile(
    presetMappings().map(({ name, partnerAction, subscribe, mapping }) => ({ name, partnerAction, subscribe, mapping }))
  )
}

function problemsOf(issues: readonly { path: PropertyKey[]; message: string }[]): MappingProblem[] {
  return issues.map(({ path: [index, member, key], message }) => ({
    index: typeof index === 'number' ? index : undefined,
    field: member === 'mapping' && key !== undefined ? String(key) : member === undefined ? undefined : String(member),
    message
  }))
}

/** The mappings of a file. Undefined without a path, or when the file does not exist. */
async function readIfExists(path: string | undefined): Promise<MappingsFile | undefined> {
  if (path === undefined) {
    return undefined
  }
  const text = await readTextIfExists(path)
  try {
    return text === undefined ? undefined : readMappingsFile(parseFile(text))
  } catch (error) {
    throw new MappingsError(`${path}: ${errorMessage(error)}`)
  }
}

async function readTextIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') {
      return undefined
    }
    throw new MappingsError(`Cannot read ${path}: ${errorMessage(error)}`)
  }
}
