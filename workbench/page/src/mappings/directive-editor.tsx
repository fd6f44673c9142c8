import { ActionIcon, Button, Group, NativeSelect, Stack, Switch, Text, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { DIRECTIVES } from '../../../directives'
import type { DirectiveInput } from '../../../directives'
import { valueIn, withValue, writeForm } from './form'
import type { DirectiveForm, Form, ListForm } from './form'
import { SuggestedPaths } from './suggested-paths'

/** Renders the editor of a value. */
type RenderValue = (value: {
  label: string
  form: Form
  onChange: (form: Form) => void
  /** Objects are edited key by key */
  hasParts: boolean
}) => ReactNode

interface DirectiveEditorProps {
  label: string
  form: DirectiveForm
  onChange: (form: Form) => void
  renderValue: RenderValue
}

/** The inputs of a directive. */
export function DirectiveEditor({ label, form, onChange, renderValue }: DirectiveEditorProps) {
  const { inputs } = DIRECTIVES[form.kind]
  const shown = inputs.filter(({ key, isRare = false }) => !isRare || valueIn(form.inputs, key).kind !== 'nothing')
  return (
    <Stack gap={6}>
      {shown.map((input) => (
        <Input
          key={input.key}
          label={`${label}: ${input.label}`}
          input={input}
          form={valueIn(form.inputs, input.key)}
          onChange={(value) => onChange({ ...form, inputs: withValue(form.inputs, input.key, value) })}
          renderValue={renderValue}
          paths={input.startsAt && pathsAt(input.startsAt, form)}
        />
      ))}
    </Stack>
  )
}

/** Paths to suggest in a value that does not start at the event. */
function pathsAt(startsAt: 'item' | 'apply', { inputs }: DirectiveForm): string[] {
  const applied = valueIn(inputs, 'apply')
  return startsAt === 'apply' && applied.kind === 'parts' ? applied.rows.map(({ key }) => `$.${key}`) : []
}

interface InputProps {
  label: string
  input: DirectiveInput
  form: Form
  onChange: (form: Form) => void
  renderValue: RenderValue
  /** Paths to suggest, in place of those of the event */
  paths?: readonly string[]
}

function Input({ label, input, form, onChange, renderValue, paths }: InputProps) {
  const { type, choices = [], isOptional = false } = input
  if (type === 'switch') {
    return (
      <Switch
        label={input.label}
        aria-label={label}
        checked={writeForm(form) === true}
        onChange={({ currentTarget: { checked } }) => onChange({ kind: 'json', text: String(checked) })}
      />
    )
  }
  if (type === 'choice') {
    return (
      <NativeSelect
        label={input.label}
        aria-label={label}
        data={form.kind === 'text' ? [...choices] : [{ value: '', label: 'Choose one' }, ...choices]}
        value={form.kind === 'text' ? form.text : ''}
        onChange={({ currentTarget: { value } }) => onChange({ kind: 'text', text: value })}
        maw={260}
      />
    )
  }
  if (type === 'text') {
    return (
      <TextInput
        label={input.label}
        aria-label={label}
        value={form.kind === 'text' ? form.text : ''}
        onChange={({ currentTarget: { value } }) =>
          onChange(value === '' && isOptional ? { kind: 'nothing' } : { kind: 'text', text: value })
        }
        classNames={{ input: 'value' }}
        spellCheck={false}
        maw={260}
      />
    )
  }
  const editor =
    type === 'values' ? (
      <List label={label} form={form} onChange={onChange} renderValue={renderValue} />
    ) : (
      renderValue({ label, form, onChange, hasParts: type === 'parts' })
    )
  return (
    <div>
      <Text size="sm" fw={500}>
        {input.label}
      </Text>
      {paths ? (
        <SuggestedPaths value={paths}>
          {editor}
          <Text size="xs" c="dimmed">
            Paths start at {input.startsAt === 'item' ? 'the item' : 'that object'}, not at the event.
          </Text>
        </SuggestedPaths>
      ) : (
        editor
      )}
    </div>
  )
}

function List({ label, form, onChange, renderValue }: Omit<InputProps, 'input' | 'paths'>) {
  const items = form.kind === 'list' ? form.items : []
  const change = (next: ListForm['items']) => onChange({ kind: 'list', items: next })
  return (
    <Stack gap={6}>
      {items.map((item, index) => (
        <Group key={index} gap="xs" align="start" wrap="nowrap">
          <ActionIcon
            variant="default"
            size="lg"
            onClick={() => change(items.filter((_, position) => position !== index))}
            aria-label={`Remove ${label} ${index + 1}`}
          >
            ×
          </ActionIcon>
          <div style={{ flex: 1, minWidth: 0 }}>
            {renderValue({
              label: `${label} ${index + 1}`,
              form: item,
              onChange: (value) => change(items.map((current, position) => (position === index ? value : current))),
              hasParts: true
            })}
          </div>
        </Group>
      ))}
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => change([...items, { kind: 'path', text: '' }])}
        style={{ alignSelf: 'start' }}
        aria-label={`Add an object to ${label}`}
      >
        Add an object
      </Button>
    </Stack>
  )
}
