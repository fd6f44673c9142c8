import { readFile } from 'fs/promises'
import { isDeepStrictEqual } from 'util'
import { isNativeError } from 'util/types'
import { errorMessage } from '../../common/error-message'
import { replaceFile } from '../../common/replace-file'
import { MappingsError, MappingsFile, parseFile, presetMappings, readMappingsFile } from '../../delivery'

/** What is wrong with a mapping, in a sentence. */
interface MappingProblem {
  /** The mapping's position; none when it concerns the whole file. */
  index?: number
  /** The key of the field that it concerns */
  field?: string
  message: string
}

/** The mappings file: what `deliver --mappings` reads. */
export class MappingsStore {
  /** Ends when all saves until now are done: one at a time. */
  private turn: Promise<unknown> = Promise.resolve()

  private constructor(readonly path: string | undefined, private held: MappingsFile) {}

  /**
   * Reads the file. Without a file, or when there is none yet, there are the destination's presets.
   * @throws MappingsError when the file can't be read, or is wrong
   */
  static async open(path?: string): Promise<MappingsStore> {
    return new MappingsStore(path, (await readIfThere(path)) ?? presets())
  }

  get mappings(): MappingsFile {
    return this.held
  }

  /**
   * Saves mappings, unless there is something wrong with them: then it gives the problems, and nothing changes.
   * @param base the mappings that were changed; when others are held by now, nothing is saved over them
   */
  save(value: unknown, base?: unknown): Promise<MappingProblem[]> {
    const saved = this.turn.then(() => this.replace(value, base))
    this.turn = saved.catch(() => undefined)
    return saved
  }

  private async replace(value: unknown, base: unknown): Promise<MappingProblem[]> {
    const problem = await this.look()
    if (problem !== undefined) {
      return [{ message: problem }]
    }
    if (base !== undefined && !isDeepStrictEqual(base, this.held)) {
      return [{ message: 'Other mappings were saved meanwhile. Nothing was saved over them.' }]
    }
    const { data, error } = MappingsFile.safeParse(value)
    if (error) {
      return problemsOf(error.issues)
    }
    if (this.path !== undefined) {
      // There is nothing secret in it.
      const written = replaceFile(this.path, `${JSON.stringify(data, null, 2)}\n`, 0o666)
      const failure = await written.then(() => undefined, errorMessage)
      if (failure !== undefined) {
        return [{ message: `${this.path} can't be written: ${failure}` }]
      }
    }
    this.held = data
    return []
  }

  /** Takes over what somebody else has written into the file. Gives why that can't be done. */
  private async look(): Promise<string | undefined> {
    try {
      this.held = (await readIfThere(this.path)) ?? this.held
      return undefined
    } catch (error) {
      return `${errorMessage(error)} Mend or delete it, or nothing can be saved.`
    }
  }
}

/** What is wrong with mappings, before they are saved. */
export function checkMappings(value: unknown): MappingProblem[] {
  const { error } = MappingsFile.safeParse(value)
  return error ? problemsOf(error.issues) : []
}

/** The mappings that a new destination has. */
export function presets(): MappingsFile {
  // Read like a file, so that the members of every mapping are in one order: the page compares them as text.
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

/** The mappings of a file. Undefined without one, and when there is none yet. */
async function readIfThere(path: string | undefined): Promise<MappingsFile | undefined> {
  if (path === undefined) {
    return undefined
  }
  const text = await readTextIfThere(path)
  try {
    return text === undefined ? undefined : readMappingsFile(parseFile(text))
  } catch (error) {
    throw new MappingsError(`${path}: ${errorMessage(error)}`)
  }
}

async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') {
      return undefined
    }
    throw new MappingsError(`${path} can't be read: ${errorMessage(error)}`)
  }
}
