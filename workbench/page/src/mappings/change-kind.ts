import { DIRECTIVES, isDirectiveName } from '../../../directives'
import type { DirectiveInput, DirectiveName } from '../../../directives'
import { isObject, NOTHING, readParts, readValue, valueIn, writeForm } from './form'
import type { DirectiveForm, Form, Kind, TextForm } from './form'

/**
 * Converts a value to another kind, as far as possible.
 * @param defaultForm the default value of the field, used when there is no value yet
 */
export function changeKind(form: Form, kind: Kind, defaultForm: Form = NOTHING): Form {
  if (form.kind === kind) {
    return form
  }
  if (form.kind === 'nothing' && defaultForm.kind === kind) {
    return defaultForm
  }
  switch (kind) {
    case 'nothing':
      return NOTHING
    case 'json': {
      const written = writeForm(form)
      return { kind, text: written === undefined ? '' : JSON.stringify(written, null, 2) }
    }
    case 'parts': {
      const written = writeForm(form)
      return written !== undefined && isObject(written) && form.kind === 'json'
        ? readParts(written)
        : { kind, rows: [] }
    }
    case 'if':
      return { kind, test: 'exists', of: changeKind(form, 'path'), then: form, else: NOTHING }
    case 'list':
      return { kind, items: form.kind === 'nothing' ? [] : [form] }
    default:
      return isDirectiveName(kind) ? newDirective(kind, form) : { kind, text: textAs(kind, form) }
  }
}

/** A directive with the defaults of its inputs. Its first input gets the value. */
function newDirective(kind: DirectiveName, form: Form): DirectiveForm {
  const inputs = DIRECTIVES[kind].inputs.flatMap((input, index) => {
    const value = index === 0 ? toInput(input, 'inputs' in form ? mainOf(form) : form) : defaultOf(input)
    return value.kind === 'nothing' ? [] : [{ key: input.key, value }]
  })
  return { kind, inputs }
}

function toInput({ type, startsAt }: DirectiveInput, form: Form): Form {
  switch (type) {
    case 'path':
      return changeKind(form, 'path')
    case 'values':
      return changeKind(form, 'list')
    case 'parts':
      return startsAt === undefined && form.kind !== 'nothing' ? form : changeKind(form, 'parts')
    default:
      return form.kind === 'nothing' || form.kind === 'parts' ? { kind: 'path', text: '' } : form
  }
}

function defaultOf({ type, default: value, isOptional = false }: DirectiveInput): Form {
  if (typeof value === 'boolean') {
    return { kind: 'json', text: String(value) }
  }
  if (value !== undefined) {
    return { kind: 'text', text: value }
  }
  return type === 'parts' && !isOptional ? { kind: 'parts', rows: [] } : NOTHING
}

/** The value that a directive changes */
function mainOf({ kind, inputs }: DirectiveForm): Form {
  const value = valueIn(inputs, DIRECTIVES[kind].inputs[0].key)
  return value.kind === 'list' ? value.items[0] ?? NOTHING : value
}

/** The text of a form, converted for another kind. */
function textAs(kind: TextForm['kind'], form: Form): string {
  switch (form.kind) {
    case 'nothing':
    case 'parts':
    case 'list':
      return ''
    case 'if':
      return textAs(kind, form.then)
    case 'json': {
      const written = writeForm(form)
      const read = written === undefined ? NOTHING : readValue(written)
      return read.kind === 'json' ? '' : textAs(kind, read)
    }
    case 'path':
      return kind === 'path'
        ? form.text
        : ['template', 'liquid'].includes(kind)
        ? `{{${form.text.replace(/^\$\./, '')}}}`
        : ''
    case 'text':
    case 'template':
    case 'liquid':
    case 'literal': {
      const path = /^\{\{\s*([^{}]+?)\s*\}\}$/.exec(form.text)?.[1]
      return kind !== 'path' ? form.text : form.kind === 'template' && path !== undefined ? `$.${path}` : ''
    }
    default:
      return textAs(kind, mainOf(form))
  }
}
