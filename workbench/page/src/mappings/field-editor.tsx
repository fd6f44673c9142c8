import { Anchor, Badge, Grid, Group, Stack, Switch, Text, TextInput, VisuallyHidden } from '@mantine/core'
import { useId } from 'react'
import type { FieldOrigin } from '../../../server/origins'
import { showValue } from '../parts/show'
import { readDefault } from './draft'
import type { Form } from './form'
import { idOfField } from './field-ids'

import type { Field } from './setup'
import { validateForm } from './validate-form'
import { ValueEditor } from './value-editor'

interface FieldEditorProps {
  field: Field
  form: Form
  onChange: (form: Form) => void
  problem?: string
  /** The values of all fields and their parts for the previewed event */
  origins: readonly FieldOrigin[]
}

/** One field of the action: its description, its mapping, and its value for the previewed event. */
export function FieldEditor({ field, form, onChange, problem, origins }: FieldEditorProps) {
  const id = useId()
  const { key, label, description, required, default: value } = field
  const defaultForm = readDefault(value)
  const isDefault = JSON.stringify(defaultForm) === JSON.stringify(form)
  return (
    <Grid
      id={idOfField(key)}
      role="group"
      aria-labelledby={id}
      py="sm"
      style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
    >
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Group gap="xs">
          <Text size="sm" fw={600} id={id}>
            {label}
          </Text>
          {required && (
            <Badge size="sm" variant="light" color="red" tt="none">
              required
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {description}
        </Text>
        {!isDefault && value !== undefined && (
          <Anchor component="button" type="button" size="xs" onClick={() => onChange(defaultForm)}>
            Reset to the default<VisuallyHidden> of {label}</VisuallyHidden>
          </Anchor>
        )}
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 8 }}>
        <Stack gap={6}>
          <Input field={field} form={form} onChange={onChange} origins={origins} defaultForm={defaultForm} />
          {problem !== undefined && validateForm(form).length === 0 && (
            <Text size="sm" c="red" role="alert" style={{ overflowWrap: 'anywhere' }}>
              {problem}
            </Text>
          )}
          <FieldPreview origin={origins.find((origin) => origin.key === key)} />
          {key === 'audience_update_mode' && <AudienceModes />}
        </Stack>
      </Grid.Col>
    </Grid>
  )
}

type InputProps = Omit<FieldEditorProps, 'problem'> & { defaultForm: Form }

function Input({ field, form, onChange, origins, defaultForm }: InputProps) {
  const { key, label, type, choices, isOpen, parts } = field
  const isPlain = form.kind === 'nothing' || form.kind === 'json'
  if (type === 'boolean' && isPlain) {
    const text = form.kind === 'json' ? form.text : 'true'
    return (
      <Switch
        aria-label={label}
        label={text === 'true' ? 'On' : 'Off'}
        checked={text === 'true'}
        onChange={({ currentTarget: { checked } }) => onChange({ kind: 'json', text: String(checked) })}
      />
    )
  }
  if (type === 'number' && isPlain) {
    return (
      <TextInput
        aria-label={label}
        inputMode="numeric"
        value={form.kind === 'json' ? form.text : ''}
        error={form.kind === 'json' && !/^\s*-?\d+(\.\d+)?\s*$/.test(form.text) ? 'Enter a number.' : undefined}
        onChange={({ currentTarget: { value: text } }) =>
          onChange(text === '' ? { kind: 'nothing' } : { kind: 'json', text })
        }
        maw={160}
      />
    )
  }
  return (
    <ValueEditor
      label={label}
      form={form}
      onChange={onChange}
      defaultForm={defaultForm}
      choices={choices}
      rows={type === 'object' ? { isOpen, parts: parts ?? [] } : undefined}
      below={(part) => <FieldPreview origin={origins.find((origin) => origin.key === `${key}.${part}`)} />}
    />
  )
}

/** The value of a field for the previewed event. */
function FieldPreview({ origin }: { origin?: FieldOrigin }) {
  if (!origin || origin.from === 'its parts' || origin.from === 'fixed') {
    return null
  }
  const { value, from, because } = origin
  const hasValue = value !== undefined && value !== null
  return (
    <Text size="xs" c="dimmed" mt={2} style={{ overflowWrap: 'anywhere' }}>
      Result: {hasValue ? <span className="value">{showValue(value)}</span> : <b>no value</b>}, from {from}
      {because !== undefined && `, because ${because}`}
    </Text>
  )
}

function AudienceModes() {
  return (
    <Text size="xs" c="dimmed" component="div">
      <b>Add</b>: each event that this mapping matches adds its contact to the associated audience. <b>Remove</b>: each
      event removes its contact. <b>Follow Segment</b>: an event of a Segment audience or journey adds the contact when
      it enters, and removes it when it leaves. Other events change nothing. Without an associated audience, this
      setting has no effect.
    </Text>
  )
}
