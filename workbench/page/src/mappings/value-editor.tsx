import {
  ActionIcon,
  Anchor,
  Autocomplete,
  Button,
  Group,
  NativeSelect,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput
} from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'

import { DIRECTIVES } from '../../../directives'
import { changeKind } from './change-kind'
import { describeForm } from './describe-form'
import { DirectiveEditor } from './directive-editor'
import { NOTHING, valueIn, withValue } from './form'
import type { Form, IfForm, Kind, PartsForm, Row, TextForm } from './form'
import type { Field } from './setup'
import { useSuggestedPaths } from './suggested-paths'
import { validateForm, validateKey, validateValue } from './validate-form'

interface ValueEditorProps {
  /** The name of the value, for screen readers */
  label: string
  form: Form
  onChange: (form: Form) => void
  /** The default value in a new mapping */
  defaultForm?: Form
  choices?: Field['choices']
  /** For an object: its parts, and whether the customer may add keys */
  rows?: ShownRows
  /** Content below a part */
  below?: (part: string) => ReactNode
}

interface ShownRows {
  isOpen: boolean
  parts: NonNullable<Field['parts']>
}

const KINDS: readonly [Kind, string][] = [
  ['path', 'Path'],
  ['text', 'Text'],
  ['if', 'If exists'],
  ['template', 'Template'],
  ['nothing', 'Nothing'],
  ['json', 'JSON']
]
/** Pixels: the longest label fits. */
const KIND_WIDTH = 184
const FUNCTIONS = [
  ...Object.entries(DIRECTIVES).map(([value, { label }]) => ({ value, label })),
  { value: 'liquid', label: 'Liquid template' }
]

/** An editor for the kind and the content of a value. */
export function ValueEditor(props: ValueEditorProps) {
  const { label, form, onChange, defaultForm = NOTHING, choices, rows } = props
  const [isNew, setNew] = useState(false)
  const hasBody = form.kind === 'if' || 'inputs' in form
  const kinds = KINDS.filter(([kind]) => !rows || !['text', 'template'].includes(kind) || kind === form.kind)
  const data = [
    ...(rows || form.kind === 'parts' ? [{ value: 'parts', label: 'Key by key' }] : []),
    ...kinds.map(([value, text]) => ({ value, label: value === 'text' && choices ? 'Choice' : text })),
    ...(form.kind === 'literal' ? [{ value: 'literal', label: 'Text (@literal)' }] : []),
    { group: 'Functions', items: FUNCTIONS }
  ]
  return (
    <Stack gap={6}>
      <Group gap="xs" align="start">
        <NativeSelect
          aria-label={`${label}: kind`}
          data={data}
          value={form.kind}
          onChange={({ currentTarget: { value } }) => {
            setNew(true)
            onChange(changeKind(form, value as Kind, defaultForm))
          }}
          w={KIND_WIDTH}
        />
        <div style={{ flex: hasBody ? '1 1 100%' : '1 1 14rem', minWidth: 0 }}>
          <Content {...props} isNew={isNew} />
        </div>
      </Group>
      {form.kind === 'parts' && <Rows {...props} form={form} rows={rows} />}
    </Stack>
  )
}

/** @param isNew its kind was chosen here */
function Content({ label, form, onChange, choices, isNew }: ValueEditorProps & { isNew: boolean }) {
  const paths = useSuggestedPaths()
  switch (form.kind) {
    case 'nothing':
    case 'parts':
    case 'list':
      return null
    case 'if':
      return <IfEditor label={label} form={form} onChange={onChange} isNew={isNew} />
    case 'path':
      return (
        <Autocomplete
          aria-label={`${label}: path`}
          placeholder="$.traits.email"
          data={[...paths]}
          limit={30}
          value={form.text}
          onChange={(text) => onChange({ ...form, text })}
          error={validateValue(form)}
          classNames={{ input: 'value' }}
          spellCheck={false}
        />
      )
    case 'text':
      return choices ? (
        <Choice label={label} form={form} onChange={onChange} choices={choices} />
      ) : (
        <LongInput label={`${label}: text`} form={form} onChange={onChange} />
      )
    case 'literal':
      return <LongInput label={`${label}: text`} form={form} onChange={onChange} />
    case 'template':
      return (
        <LongInput
          label={`${label}: template`}
          form={form}
          onChange={onChange}
          placeholder="{{traits.firstName}} {{traits.lastName}}"
        />
      )
    case 'liquid':
      return (
        <LongInput
          label={`${label}: Liquid template`}
          form={form}
          onChange={onChange}
          placeholder="{{ traits.firstName | capitalize }}"
        />
      )
    case 'json':
      return <LongInput label={`${label}: JSON`} form={form} onChange={onChange} isCode />
    default:
      return (
        <Foldable label={label} form={form} isNew={isNew}>
          <DirectiveEditor label={label} form={form} onChange={onChange} renderValue={renderValue} />
        </Foldable>
      )
  }
}

const OBJECT: ShownRows = { isOpen: true, parts: [] }

function renderValue({ hasParts, ...props }: Parameters<Parameters<typeof DirectiveEditor>[0]['renderValue']>[0]) {
  return <ValueEditor {...props} rows={hasParts ? OBJECT : undefined} />
}

interface LongInputProps {
  label: string
  form: TextForm
  onChange: (form: Form) => void
  placeholder?: string
  isCode?: boolean
}

function LongInput({ label, form, onChange, placeholder, isCode = false }: LongInputProps) {
  return (
    <Textarea
      aria-label={label}
      placeholder={placeholder}
      value={form.text}
      onChange={({ currentTarget: { value: text } }) => onChange({ ...form, text })}
      error={validateValue(form)}
      autosize
      minRows={1}
      maxRows={12}
      spellCheck={!isCode}
      classNames={isCode ? { input: 'value' } : undefined}
    />
  )
}

interface ChoiceProps {
  label: string
  form: TextForm
  onChange: (form: Form) => void
  choices: NonNullable<Field['choices']>
}

function Choice({ label, form, onChange, choices }: ChoiceProps) {
  const isKnown = choices.some(({ value }) => value === form.text)
  return (
    <Select
      aria-label={`${label}: choice`}
      data={isKnown ? choices : [...choices, { value: form.text, label: form.text || 'Choose one' }]}
      value={form.text}
      onChange={(text) => onChange({ ...form, text: text ?? form.text })}
      allowDeselect={false}
    />
  )
}

interface FoldableProps {
  label: string
  form: Form
  /** It is open at first. */
  isNew: boolean
  children: ReactNode
}

/** A value with parts. It is shown as a sentence until it is opened. */
function Foldable({ label, form, isNew, children }: FoldableProps) {
  const [isExpanded, setExpanded] = useState(isNew)
  const isOpen = isExpanded || validateForm(form).length > 0
  return (
    <Stack gap={6}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {describeForm(form)}{' '}
        <Anchor
          component="button"
          type="button"
          size="sm"
          onClick={() => setExpanded(!isOpen)}
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Close' : 'Edit'} ${label}`}
        >
          {isOpen ? 'Close' : 'Edit'}
        </Anchor>
      </Text>
      {isOpen && (
        <Stack gap={6} pl="sm" style={{ borderLeft: '2px solid var(--mantine-color-default-border)' }}>
          {validateValue(form) !== undefined && (
            <Text size="sm" c="red">
              {validateValue(form)}
            </Text>
          )}
          {children}
        </Stack>
      )}
    </Stack>
  )
}

interface IfEditorProps {
  label: string
  form: IfForm
  onChange: (form: Form) => void
  isNew: boolean
}

/** One value or another. */
function IfEditor({ label, form, onChange, isNew }: IfEditorProps) {
  return (
    <Foldable label={label} form={form} isNew={isNew}>
      <Group gap="xs" align="center">
        <Text size="sm" fw={600}>
          If this
        </Text>
        <NativeSelect
          aria-label={`${label}: condition`}
          size="xs"
          data={[
            { value: 'exists', label: 'exists' },
            { value: 'blank', label: 'is not blank' }
          ]}
          value={form.test}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...form, test: value === 'blank' ? 'blank' : 'exists' })
          }
        />
      </Group>
      <ValueEditor label={`${label}: if`} form={form.of} onChange={(of) => onChange({ ...form, of })} />
      <Text size="sm" fw={600}>
        then
      </Text>
      <ValueEditor label={`${label}: then`} form={form.then} onChange={(then) => onChange({ ...form, then })} />
      <Text size="sm" fw={600}>
        else
      </Text>
      <ValueEditor
        label={`${label}: else`}
        form={form.else}
        onChange={(otherwise) => onChange({ ...form, else: otherwise })}
      />
    </Foldable>
  )
}

interface RowsProps {
  label: string
  form: PartsForm
  onChange: (form: Form) => void
  rows?: ShownRows
  below?: (part: string) => ReactNode
}

function Rows({ label, form, onChange, rows = OBJECT, below }: RowsProps) {
  const change = (next: Row[]) => onChange({ kind: 'parts', rows: next })
  const isNamed = (key: string) => !rows.isOpen && rows.parts.some((part) => part.key === key)
  return (
    <Stack gap="sm" pl="sm" style={{ borderLeft: '2px solid var(--mantine-color-default-border)' }}>
      {!rows.isOpen &&
        rows.parts.map((part) => (
          <div key={part.key}>
            <Text size="sm" fw={600} title={part.description}>
              {part.label}
            </Text>
            <ValueEditor
              label={`${label}: ${part.label}`}
              form={valueIn(form.rows, part.key)}
              onChange={(value) => change(withValue(form.rows, part.key, value))}
            />
            {below?.(part.key)}
          </div>
        ))}
      {form.rows.map((row, index) =>
        isNamed(row.key) ? null : (
          <OwnRow
            key={index}
            label={label}
            rows={form.rows}
            index={index}
            onChange={(next) => change(form.rows.map((current, position) => (position === index ? next : current)))}
            onRemove={() => change(form.rows.filter((_, position) => position !== index))}
            below={below}
          />
        )
      )}
      {rows.isOpen && form.rows.length === 0 && (
        <Text size="sm">Nothing is sent for this field until you add a key.</Text>
      )}
      {rows.isOpen && (
        <Button
          variant="default"
          size="compact-sm"
          onClick={() => change([...form.rows, { key: '', value: { kind: 'path', text: '' } }])}
          style={{ alignSelf: 'start' }}
          aria-label={`Add a key to ${label}`}
        >
          Add a key
        </Button>
      )}
    </Stack>
  )
}

interface OwnRowProps {
  label: string
  rows: readonly Row[]
  index: number
  onChange: (row: Row) => void
  onRemove: () => void
  below?: (part: string) => ReactNode
}

function OwnRow({ label, rows, index, onChange, onRemove, below }: OwnRowProps) {
  const { key, value } = rows[index]
  const name = `${label}: ${key === '' ? `key ${index + 1}` : key}`
  return (
    <div>
      <Group gap="xs" align="start">
        <Group gap="xs" align="start" wrap="nowrap" style={{ flex: '1 1 11rem' }}>
          <ActionIcon variant="default" size="lg" onClick={onRemove} aria-label={`Remove ${name}`}>
            ×
          </ActionIcon>
          <TextInput
            aria-label={`${label}: key ${index + 1}`}
            placeholder="Key"
            // A row that has just been added
            autoFocus={key === ''}
            value={key}
            onChange={({ currentTarget: { value: next } }) => onChange({ key: next, value })}
            error={validateKey(rows, index)}
            style={{ flex: 1 }}
            spellCheck={false}
          />
        </Group>
        <div style={{ flex: '4 1 18rem', minWidth: 0 }}>
          <ValueEditor label={name} form={value} onChange={(next) => onChange({ key, value: next })} />
        </div>
      </Group>
      {below?.(key)}
    </div>
  )
}
