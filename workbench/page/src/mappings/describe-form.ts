import { truncate } from '../../../../common/truncate'
import { DIRECTIVES } from '../../../directives'
import { valueIn } from './form'
import type { DirectiveForm, Form } from './form'

/** Characters of a text in a description */
const MAX_DESCRIBED = 80

/** Describes a value in a few words. */
export function describeForm(form: Form): string {
  switch (form.kind) {
    case 'nothing':
      return 'nothing'
    case 'path':
      return form.text === '' ? 'a path' : shorten(form.text)
    case 'text':
    case 'literal':
      return `“${shorten(form.text)}”`
    case 'template':
      return `the template “${shorten(form.text)}”`
    case 'liquid':
      return `the Liquid template “${shorten(form.text)}”`
    case 'json':
      return shorten(form.text.replace(/\s+/g, ' '))
    case 'if': {
      const test = form.test === 'exists' ? 'exists' : 'is not blank'
      return `${nested(form.then)} if ${nested(form.of)} ${test}, else ${nested(form.else)}`
    }
    case 'parts':
      return form.rows.map(({ key }) => key).join(', ')
    case 'list':
      return form.items.map(nested).join(' and ')
    default:
      return DIRECTIVES[form.kind].describe((key) => describeInput(form, key))
  }
}

function describeInput({ kind, inputs }: DirectiveForm, key: string): string | undefined {
  const value = valueIn(inputs, key)
  const isChoice = DIRECTIVES[kind].inputs.some((input) => input.key === key && input.type === 'choice')
  return value.kind === 'nothing' ? undefined : isChoice && value.kind === 'text' ? value.text : nested(value)
}

function nested(form: Form): string {
  switch (form.kind) {
    case 'if':
      return `(${describeForm(form)})`
    case 'parts':
      return `{ ${describeForm(form)} }`
    default:
      return describeForm(form)
  }
}

function shorten(text: string): string {
  return truncate(text, MAX_DESCRIBED)
}
