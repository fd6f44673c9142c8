import { Button, Group, Select, TagsInput, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ortto, read } from '../client'
import { showValue } from '../parts/show'
import { DATE_FORMATS, describeField, FIELD_TYPES, hasFormat, hasOptions, namesOf, withType } from './account'
import type { Field } from './account'
import { suggestType } from './guess-field'
import type { SkippedValues } from './skipped'
import { isSame } from './values'

interface FieldSettingsProps {
  field: Field
  onChange: (field: Field) => void
  /** The name of the field or attribute, for screen readers */
  of: string
  /** The type cannot be changed. */
  isFixed?: boolean
}

/** The type of a field, with the format of dates and the options of selects. */
export function FieldSettings({ field, onChange, of, isFixed = false }: FieldSettingsProps) {
  const { type, format, options } = field
  return (
    <>
      {isFixed ? (
        <Text size="xs" w={150} title="Ortto cannot change the type of a field.">
          {type}
        </Text>
      ) : (
        <Select
          aria-label={`Type of ${of}`}
          data={namesOf(FIELD_TYPES)}
          value={type}
          allowDeselect={false}
          onChange={(chosen) => chosen !== null && onChange(withType(field, chosen))}
          w={150}
          size="xs"
        />
      )}
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

/** Characters of a URL: longer values are not converted. */
const MAX_URL_LENGTH = 8000

interface ConvertedProps {
  /** The trait or property. Its name is a hint for the type. */
  name: string
  example: unknown
  field: Field
  onChange: (field: Field) => void
  /** The type cannot be changed. */
  isFixed?: boolean
}

/** The value that Ortto would store for an example, or why it would skip the example. */
export function Converted({ name, example, field, onChange, isFixed = false }: ConvertedProps) {
  const query = { value: JSON.stringify(example ?? null), field: JSON.stringify(field) }
  const { data } = useQuery({
    queryKey: ['convert', query],
    queryFn: () => read(ortto.convert.$get({ query })),
    enabled: encodeURIComponent(query.value + query.field).length < MAX_URL_LENGTH
  })
  if (!data) {
    return null
  }
  if (!('problem' in data)) {
    return (
      <Text size="xs" c="dimmed" className="long" lineClamp={3}>
        Ortto stores <span className="value">{showValue(data.value)}</span>
      </Text>
    )
  }
  const suggested = suggestType(field, name, example)
  const isPossible = suggested && !isSame(suggested, field) && !(isFixed && suggested.type !== field.type)
  return (
    <Group gap="xs">
      <Text size="xs" c="red" className="long">
        Skipped: {data.problem}.
      </Text>
      {isPossible && (
        <Button variant="default" size="compact-xs" onClick={() => onChange(suggested)}>
          Use {describeField(suggested)}
        </Button>
      )}
    </Group>
  )
}

interface SkippedLatelyProps extends Omit<ConvertedProps, 'example'> {
  skipped: SkippedValues
}

/** The values that were skipped, and whether Ortto would skip the last one now. */
export function SkippedLately({ skipped, ...converted }: SkippedLatelyProps) {
  const { count: number, example } = skipped
  return (
    <div>
      <Text size="xs" className="long" lineClamp={3} mt={4}>
        {number === 1 ? '1 value was skipped' : `${number} values were skipped, most recently`}:{' '}
        <span className="value">{showValue(example)}</span>
      </Text>
      <Converted {...converted} example={example} />
    </div>
  )
}

interface NewFieldProps {
  /** The initial content of the form */
  initial: Field
  /** The names of other fields */
  usedNames: readonly string[]
  onAdd: (field: Field) => void
  onCancel: () => void
  /** The trait that is mapped to it */
  from?: { name: string; example: unknown }
}

/** A form for a new field. */
export function NewField({ initial, usedNames, onAdd, onCancel, from }: NewFieldProps) {
  const [field, setField] = useState(initial)
  const name = field.name.trim()
  const problem = usedNames.includes(name) ? 'Another field has this name.' : undefined
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
        A {field.type} field accepts {FIELD_TYPES[field.type]}.
      </Text>
      {from && from.example !== undefined && (
        <Converted
          name={from.name}
          example={from.example}
          field={{ ...field, name: name || 'New field' }}
          onChange={(suggested) => setField({ ...suggested, name: field.name })}
        />
      )}
    </form>
  )
}
