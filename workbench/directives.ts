/** The directives of the framework that are edited by their inputs. `@path`, `@template` and the like are texts. */
export type DirectiveName =
  | '@case'
  | '@replace'
  | '@flatten'
  | '@json'
  | '@excludeWhenNull'
  | '@merge'
  | '@arrayPath'
  | '@transform'

/** What a directive takes, and how the mappings screen and the trace show it. */
interface Directive {
  /** On the mappings screen */
  label: string
  inputs: readonly DirectiveInput[]
  /**
   * Describes a value with the directive in a few words.
   * @param input returns the description of an input. Undefined when it has no value.
   */
  describe: (input: (key: string) => string | undefined) => string
}

export interface DirectiveInput {
  key: string
  label: string
  /**
   * - `value`: any value of a mapping
   * - `parts`: the same, but an object is edited key by key
   * - `values`: a list of objects
   * - `path`: a path without `@path`
   * - `text`, `choice`, `switch`: a fixed text, one of the choices, true or false
   */
  type: 'value' | 'parts' | 'values' | 'path' | 'text' | 'choice' | 'switch'
  choices?: readonly { value: string; label: string }[]
  isOptional?: boolean
  /** Shown only when the mapping has it */
  isRare?: boolean
  /** Characters of a text, at most: limits of the framework */
  maxLength?: number
  /** In a new value */
  default?: string | boolean
  /** The paths in it start at something else than the event */
  startsAt?: 'item' | 'apply'
}

const VALUE: DirectiveInput = { key: 'value', label: 'Value', type: 'value' }
/** `MAX_PATTERN_LENGTH` and `MAX_REPLACEMENT_LENGTH` of actions-core's mapping kit */
const MAX_REPLACE_LENGTH = 10

export const DIRECTIVES: Readonly<Record<DirectiveName, Directive>> = {
  '@case': {
    label: 'Upper or lower case',
    inputs: [
      VALUE,
      {
        key: 'operator',
        label: 'Case',
        type: 'choice',
        choices: [
          { value: 'lower', label: 'lower case' },
          { value: 'upper', label: 'UPPER CASE' }
        ],
        default: 'lower'
      }
    ],
    describe: (input) => `${input('value')} in ${input('operator')} case`
  },
  '@replace': {
    label: 'Replace text',
    inputs: [
      VALUE,
      { key: 'pattern', label: 'Search for', type: 'text', maxLength: MAX_REPLACE_LENGTH },
      { key: 'replacement', label: 'Replace with', type: 'text', isOptional: true, maxLength: MAX_REPLACE_LENGTH },
      { key: 'pattern2', label: 'Then search for', type: 'text', isOptional: true, isRare: true },
      { key: 'replacement2', label: 'Replace that with', type: 'text', isOptional: true, isRare: true },
      { key: 'ignorecase', label: 'Ignore case', type: 'switch', isOptional: true, isRare: true },
      { key: 'global', label: 'Replace all', type: 'switch', isOptional: true, isRare: true }
    ],
    describe: (input) =>
      `${input('value')} with ${input('pattern')} replaced by ${input('replacement') ?? '“”'}` +
      (input('pattern2') === undefined ? '' : `, ${input('pattern2')} by ${input('replacement2') ?? '“”'}`)
  },
  '@flatten': {
    label: 'Flatten an object',
    inputs: [
      VALUE,
      { key: 'separator', label: 'Separator', type: 'text', default: '.' },
      { key: 'omitArrays', label: 'Keep lists as they are', type: 'switch', isOptional: true }
    ],
    describe: (input) => `${input('value')} flattened with ${input('separator')}`
  },
  '@json': {
    label: 'To or from JSON text',
    inputs: [
      VALUE,
      {
        key: 'mode',
        label: 'Direction',
        type: 'choice',
        choices: [
          { value: 'encode', label: 'to JSON text' },
          { value: 'decode', label: 'from JSON text' }
        ],
        default: 'encode'
      }
    ],
    describe: (input) => `${input('value')} ${input('mode') === 'decode' ? 'read from JSON text' : 'as JSON text'}`
  },
  '@excludeWhenNull': {
    label: 'Leave out null',
    inputs: [{ ...VALUE, type: 'parts' }],
    describe: (input) => `${input('value')} without null`
  },
  '@merge': {
    label: 'Merge objects',
    inputs: [
      { key: 'objects', label: 'Objects', type: 'values' },
      {
        key: 'direction',
        label: 'For a key in both',
        type: 'choice',
        choices: [
          { value: 'right', label: 'the last object wins' },
          { value: 'left', label: 'the first object wins' }
        ],
        default: 'right'
      }
    ],
    describe: (input) =>
      `${input('objects')} merged, where the ${input('direction') === 'left' ? 'first' : 'last'} object wins`
  },
  '@arrayPath': {
    label: 'Each item of a list',
    inputs: [
      { key: 'path', label: 'List', type: 'path' },
      { key: 'item', label: 'Each item becomes', type: 'parts', isOptional: true, startsAt: 'item' }
    ],
    describe: (input) =>
      input('item') === undefined
        ? `the items of ${input('path')}`
        : `each item of ${input('path')} as ${input('item')}`
  },
  '@transform': {
    label: 'Map twice',
    inputs: [
      { key: 'apply', label: 'First make this object', type: 'parts' },
      { key: 'mapping', label: 'Then map that object', type: 'parts', startsAt: 'apply' }
    ],
    describe: (input) => `${input('mapping')} made of ${input('apply')}`
  }
}

export function isDirectiveName(name: unknown): name is DirectiveName {
  return typeof name === 'string' && Object.keys(DIRECTIVES).includes(name)
}

/**
 * The inputs in the content of a directive, by their keys. Undefined when the content has another shape, or members
 * that are not known.
 */
export function readInputs(name: DirectiveName, content: unknown): Record<string, unknown> | undefined {
  const keys = DIRECTIVES[name].inputs.map(({ key }) => key)
  const inputs = inputsIn(name, content)
  return inputs && Object.keys(inputs).every((key) => keys.includes(key)) ? inputs : undefined
}

function inputsIn(name: DirectiveName, content: unknown): Record<string, unknown> | undefined {
  if (name === '@excludeWhenNull') {
    return { value: content }
  }
  if (name === '@arrayPath') {
    const isRead = Array.isArray(content) && (content.length === 1 || content.length === 2)
    return isRead ? Object.fromEntries(content.map((value, index) => [['path', 'item'][index], value])) : undefined
  }
  return typeof content === 'object' && content !== null && !Array.isArray(content) ? { ...content } : undefined
}

/** The content of a directive: the reverse of `readInputs`. */
export function writeInputs<Value>(
  name: DirectiveName,
  inputs: Record<string, Value>
): Record<string, Value> | Value | Value[] {
  if (name === '@excludeWhenNull') {
    return inputs.value
  }
  return name === '@arrayPath' ? ['path', 'item'].filter((key) => key in inputs).map((key) => inputs[key]) : inputs
}
