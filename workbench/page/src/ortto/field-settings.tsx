import { Button, Group, Select, TagsInput, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ortto, read } from '../client'
import { showValue } from '../parts/show'
import { DATE_FORMATS, describeField, FIELD_TYPES, hasFormat, hasOptions, namesOf, withType } from './account'
import type { Field } from './account'
import { suitedTo } from './guess-field'
import type { Skipped } from './skipped'
import { isSame } from './values'

interface FieldSettingsProps {
  field: Field
  onChange: (field: Field) => void
  /** For screen readers: whose type and format it is */
  of: string
}

/** The type of a field, with the format of dates and the options of selects. */
export function FieldSettings({ field, onChange, of }: FieldSettingsProps) {
  const { type, format, options } = field
  return (
    <>
      <Select
        aria-label={`Type of ${of}`}
        data={namesOf(FIELD_TYPES)}
        value={type}
        allowDeselect={false}
        onChange={(chosen) => chosen !== null && onChange(withType(field, chosen))}
        w={150}
        size="xs"
      />
      {hasFormat(type) && (
        <Select
          aria-label={`Date format of ${of}`}
          data={namesOf(DATE_FORMATS)}
          value={format ?? 'ISO 8601'}
          allowDeselect={false}
          onChange={(chosen) => chosen !== null && onChange({ ...field, format: chosen })}
          w={170}
          size="xs"
        />
      )}
      {hasOptions(type) && (
        <TagsInput
          aria-label={`Options of ${of}`}
          placeholder="Any; or type options"
          value={options ?? []}
          onChange={(chosen) => onChange({ ...withType(field, type), options: chosen.length > 0 ? chosen : undefined })}
          style={{ flex: '1 1 170px' }}
          size="xs"
        />
      )}
    </>
  )
}

/** Characters of a URL that a value may take; a longer one is not tried. */
const MAX_TRIED = 8000

interface ConvertedProps {
  /** What it comes from, which tells something of its type, too. */
  name: string
  example: unknown
  field: Field
  onChange: (field: Field) => void
}

/** What Ortto makes of an example: what the field would hold, or why it would be skipped. */
export function Converted({ name, example, field, onChange }: ConvertedProps) {
  const query = { value: JSON.stringify(example ?? null), field: JSON.stringify(field) }
  const { data } = useQuery({
    queryKey: ['convert', query],
    queryFn: () => read(ortto.convert.$get({ query })),
    enabled: encodeURIComponent(query.value + query.field).length < MAX_TRIED
  })
  if (!data) {
    return null
  }
  if (!('problem' in data)) {
    return (
      <Text size="xs" c="dimmed" className="long" lineClamp={3}>
        Ortto holds <span className="value">{showValue(data.value)}</span>
      </Text>
    )
  }
  const suited = suitedTo(field, name, example)
  return (
    <Group gap="xs">
      <Text size="xs" c="red" className="long">
        Skipped: {data.problem}.
      </Text>
      {suited && !isSame(suited, field) && (
        <Button variant="default" size="compact-xs" onClick={() => onChange(suited)}>
          Use {describeField(suited)}
        </Button>
      )}
    </Group>
  )
}

interface SkippedLatelyProps extends Omit<ConvertedProps, 'example'> {
  skipped: Skipped
}

/** What was skipped lately, and whether it would be now. */
export function SkippedLately({ skipped, ...converted }: SkippedLatelyProps) {
  const { count: number, example } = skipped
  return (
    <div>
      <Text size="xs" className="long" lineClamp={3} mt={4}>
        {number === 1 ? 'A value was skipped' : `${number} values were skipped, the last`}:{' '}
        <span className="value">{showValue(example)}</span>
      </Text>
      <Converted {...converted} example={example} />
    </div>
  )
}

interface NewFieldProps {
  /** What the form holds at first */
  initial: Field
  /** Names that another field has */
  taken: readonly string[]
  onAdd: (field: Field) => void
  onCancel: () => void
  /** What would fill it */
  from?: { name: string; example: unknown }
}

/** Makes a field. */
export function NewField({ initial, taken, onAdd, onCancel, from }: NewFieldProps) {
  const [field, setField] = useState(initial)
  const name = field.name.trim()
  const problem = taken.includes(name) ? 'There is a field of this name already.' : undefined
  const canAdd = name !== '' && problem === undefined
  return (
    <form
      aria-label="New field"
      onSubmit={(event) => {
        event.preventDefault()
        if (canAdd) {
          onAdd({ ...field, name })
        }
      }}
    >
      <Group gap="xs" align="end">
        <TextInput
          label="Field name"
          size="xs"
          value={field.name}
          onChange={({ currentTarget }) => setField({ ...field, name: currentTarget.value })}
          error={problem}
          data-autofocus
          style={{ flex: '1 1 160px' }}
        />
        <FieldSettings field={field} onChange={setField} of="the new field" />
        <Button type="submit" size="xs" disabled={!canAdd}>
          Add field
        </Button>
        <Button variant="default" size="xs" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        A {field.type} field takes {FIELD_TYPES[field.type]}.
      </Text>
      {from && from.example !== undefined && (
        <Converted
          name={from.name}
          example={from.example}
          field={{ ...field, name: name || 'New field' }}
          onChange={(suited) => setField({ ...suited, name: field.name })}
        />
      )}
    </form>
  )
}
