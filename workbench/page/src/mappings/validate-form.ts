import { DIRECTIVES } from '../../../directives'
import { valueIn } from './form'
import type { DirectiveForm, Form, Row } from './form'

/** Returns why the value cannot be written. Does not check its parts. */
export function validateValue(form: Form): string | undefined {
  switch (form.kind) {
    case 'path':
      return form.text.trim() === '' ? 'Enter a path, such as $.traits.email.' : undefined
    case 'template':
      return form.text === '' ? 'Enter a template, such as {{traits.firstName}}.' : undefined
    case 'json':
      return form.text.trim() === '' ? 'Enter JSON, or choose Nothing.' : findJsonError(form.text)
    case 'if':
      return form.of.kind === 'nothing' ? 'Choose the value to test.' : undefined
    case 'liquid':
      return validateLiquid(form.text)
    case 'nothing':
    case 'text':
    case 'literal':
    case 'parts':
    case 'list':
      return undefined
    default:
      return validateInputs(form)
  }
}

/** Characters of a Liquid template, at most: a limit of the framework */
const MAX_LIQUID = 1000

function validateLiquid(text: string): string | undefined {
  return text === ''
    ? 'Enter a template, such as {{ traits.firstName | capitalize }}.'
    : text.length > MAX_LIQUID
    ? `Segment takes ${MAX_LIQUID} characters at most. These are ${text.length}.`
    : undefined
}

/** Returns which input of a directive is missing or too long. */
function validateInputs({ kind, inputs }: DirectiveForm): string | undefined {
  return DIRECTIVES[kind].inputs
    .map(({ key, label, isOptional = false, maxLength = Infinity }) => {
      const value = valueIn(inputs, key)
      const isEmpty = value.kind === 'nothing' || (value.kind === 'text' && value.text === '')
      return isEmpty && !isOptional
        ? `Enter a value for “${label}”.`
        : value.kind === 'text' && value.text.length > maxLength
        ? `“${label}” can have ${maxLength} characters at most.`
        : undefined
    })
    .find((problem) => problem !== undefined)
}

/** Returns why a row's key cannot be written. */
export function validateKey(rows: readonly Row[], index: number): string | undefined {
  const { key } = rows[index]
  if (key === '') {
    return 'Enter a key.'
  }
  if (key.startsWith('@')) {
    return 'A key cannot start with @.'
  }
  return rows.findIndex((row) => row.key === key) < index ? `The key “${key}” exists already.` : undefined
}

/** Returns all problems of a value and its parts. */
export function validateForm(form: Form): string[] {
  const own = validateValue(form)
  const parts = validateParts(form)
  return own === undefined ? parts : [own, ...parts]
}

function validateParts(form: Form): string[] {
  switch (form.kind) {
    case 'if':
      return [form.of, form.then, form.else].flatMap(validateForm)
    case 'parts':
      return form.rows.flatMap(({ key, value }, index) => [
        ...[validateKey(form.rows, index)].flatMap((problem) => problem ?? []),
        ...validateForm(value).map((problem) => `${key === '' ? `key ${index + 1}` : key}: ${problem}`)
      ])
    case 'list':
      return form.items.flatMap(validateForm)
    default:
      return 'inputs' in form ? form.inputs.flatMap(({ value }) => validateForm(value)) : []
  }
}

function findJsonError(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
}
