import { ActionIcon, Button, Group, NumberInput, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ActivityMapping, Field } from './account'
import { mapAllProperties, mapProperty, propertyRows } from './activity-setup'
import type { PropertyRow } from './activity-setup'
import { Converted, FieldSettings, SkippedLately } from './field-settings'
import { newFieldFor } from './guess-field'
import { useLog } from './queries'
import { skippedProperties } from './skipped'
import type { SkippedValues } from './skipped'
import { Example } from './trait-editor'
import { isSame } from './values'
import { Part } from './view'

interface ActivityEditorProps {
  activity: ActivityMapping
  /** The properties in its samples */
  seen: ReadonlyMap<string, unknown>
  /** Where the latest of its samples happened */
  place?: string
  onChange: (activity: ActivityMapping) => void
  onRemove: () => void
}

/** The retention period of one activity, and the attribute of each property. */
export function ActivityEditor({ activity, seen, place, onChange, onRemove }: ActivityEditorProps) {
  const [typed, setTyped] = useState('')
  const { data: log = [] } = useLog()
  const skipped = skippedProperties(log, activity.name)
  const rows = propertyRows(activity, seen)
  const others = Object.values(activity.attributes)
  const allMapped = mapAllProperties(activity, seen)
  const { name, retentionDays } = activity
  const isKnown = rows.some(({ property }) => property === typed)
  const add = (property: string, example: unknown) =>
    onChange(
      mapProperty(activity, property, newFieldFor(property, example, others) ?? { name: property, type: 'text' })
    )

  return (
    <Part
      title={`Activity: ${name}`}
      intro={
        seen.size > 0
          ? 'The examples are from the latest events with this name.'
          : 'No event with this name and properties was received yet. Enter its properties manually.'
      }
    >
      <Group gap="md" align="end">
        <NumberInput
          label="Retention period in days"
          description="Older events get 422. Leave empty to keep them for ever."
          value={retentionDays === 'for ever' ? '' : retentionDays}
          onChange={(days) => onChange({ ...activity, retentionDays: typeof days === 'number' ? days : 'for ever' })}
          min={1}
          max={1_000_000}
          allowDecimal={false}
          allowNegative={false}
          size="xs"
          w={250}
        />
        <Button variant="default" size="xs" onClick={() => onChange(allMapped)} disabled={isSame(allMapped, activity)}>
          Map all properties seen
        </Button>
        <Button variant="default" size="xs" onClick={onRemove}>
          Remove this activity
        </Button>
      </Group>
      <Text size="sm">
        Where it happened:{' '}
        {place === undefined ? (
          'no event with this name had a location or an IP address yet.'
        ) : (
          <>
            <span className="value">{place}</span> in the latest event. Ortto stores it without a mapping.
          </>
        )}
      </Text>
      {rows.length > 0 && (
        <div className="frame">
          {rows.map((row) => (
            <PropertyEditor
              key={row.property}
              row={row}
              skipped={skipped.get(row.property)}
              onAdd={() => add(row.property, row.isSeen ? row.example : '')}
              onChange={(attribute) => onChange(mapProperty(activity, row.property, attribute))}
            />
          ))}
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (typed !== '' && !isKnown) {
            add(typed, '')
            setTyped('')
          }
        }}
      >
        <Group gap="xs" align="end">
          <TextInput
            label="Another property"
            placeholder="For example total"
            size="xs"
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            error={isKnown ? 'This property is already in the list.' : undefined}
            w={220}
          />
          <Button type="submit" variant="default" size="xs" disabled={typed === '' || isKnown}>
            Add property
          </Button>
        </Group>
      </form>
    </Part>
  )
}

interface PropertyEditorProps {
  row: PropertyRow
  skipped?: SkippedValues
  onAdd: () => void
  /** Undefined removes the mapping */
  onChange: (attribute: Field | undefined) => void
}

function PropertyEditor({ row, skipped, onAdd, onChange }: PropertyEditorProps) {
  const { property, attribute, isSeen, example } = row
  return (
    <div className="pair" role="group" aria-label={`Property ${property}`}>
      <div>
        <Text size="sm" fw={600} className="long">
          {property}
        </Text>
        <Example isSeen={isSeen} example={example} />
      </div>
      {attribute ? (
        <div>
          <Group gap="xs">
            <TextInput
              aria-label={`Attribute for ${property}`}
              value={attribute.name}
              onChange={({ currentTarget }) => onChange({ ...attribute, name: currentTarget.value })}
              error={attribute.name === '' ? 'Enter a name.' : undefined}
              size="xs"
              style={{ flex: '1 1 160px' }}
            />
            <FieldSettings field={attribute} onChange={onChange} of={property} />
            <ActionIcon
              variant="default"
              aria-label={`Do not map ${property}`}
              onClick={() => onChange(undefined)}
              title="Remove this mapping"
            >
              ✕
            </ActionIcon>
          </Group>
          {isSeen && attribute.name !== '' && (
            <Converted name={property} example={example} field={attribute} onChange={onChange} />
          )}
          {skipped && attribute.name !== '' && !isSame(skipped.example, example) && (
            <SkippedLately name={property} skipped={skipped} field={attribute} onChange={onChange} />
          )}
        </div>
      ) : (
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            Not mapped: Ortto ignores this property.
          </Text>
          <Button variant="default" size="compact-xs" onClick={onAdd} aria-label={`Map ${property}`}>
            Map
          </Button>
        </Group>
      )}
    </div>
  )
}
