import { Button, Group, Select, Text } from '@mantine/core'
import { useState } from 'react'
import { showValue } from '../parts/show'
import { describeField } from './account'
import type { Field } from './account'
import { Converted, FieldSettings, NewField, SkippedLately } from './field-settings'
import { proposeField } from './guess-field'
import type { SkippedValues } from './skipped'
import type { TraitRow } from './trait-setup'
import { isSame } from './values'
import { clearButton } from '../parts/clear-button'

interface TraitEditorProps {
  row: TraitRow
  skipped?: SkippedValues
  fields: readonly Field[]
  /** Names of the fields that exist: their types cannot be changed. */
  fixed: ReadonlySet<string>
  /** Undefined removes the mapping */
  onMap: (field: string | undefined) => void
  /** Adds a field, and maps the trait to it */
  onAdd: (field: Field) => void
  onChange: (field: Field) => void
}

/** One trait, and its field. */
export function TraitEditor({ row, skipped, fields, fixed, onMap, onAdd, onChange }: TraitEditorProps) {
  const { trait, field, isSeen, example } = row
  const [isAdding, setAdding] = useState(false)
  const isFixed = field !== undefined && fixed.has(field.name)
  const proposal = isSeen ? proposeField(trait, example, fields) : undefined
  return (
    <div className="pair" role="group" aria-label={`Trait ${trait}`}>
      <div>
        <Text size="sm" fw={600} className="long">
          {trait}
        </Text>
        <Example isSeen={isSeen} example={example} />
      </div>
      <div>
        <Group gap="xs">
          <Select
            aria-label={`Field for ${trait}`}
            placeholder="Not mapped"
            data={fields.map(({ name }) => name)}
            value={field?.name ?? null}
            onChange={(name) => onMap(name ?? undefined)}
            searchable
            clearable
            clearButtonProps={clearButton(`Do not map ${trait}`)}
            size="xs"
            style={{ flex: '1 1 160px' }}
          />
          {field ? (
            <FieldSettings field={field} onChange={onChange} of={field.name} isFixed={isFixed} />
          ) : (
            !isAdding &&
            (proposal !== undefined || !isSeen) && (
              <Button variant="default" size="xs" onClick={() => setAdding(true)} aria-label={`New field for ${trait}`}>
                New field
              </Button>
            )
          )}
        </Group>
        {field && isSeen && (
          <Converted name={trait} example={example} field={field} onChange={onChange} isFixed={isFixed} />
        )}
        {field && skipped && !isSame(skipped.example, example) && (
          <SkippedLately name={trait} skipped={skipped} field={field} onChange={onChange} isFixed={isFixed} />
        )}
        {!field && !isAdding && (
          <Group gap="xs" mt={2}>
            <Text size="xs" c="dimmed">
              {isSeen && !proposal
                ? `Not mapped: no field accepts an object. In Segment’s mapping, map its parts one by one in Custom Contact traits: $.traits.${trait}.…`
                : 'Not mapped: Ortto ignores this trait.'}
            </Text>
            {proposal && (
              <Button
                variant="default"
                size="compact-xs"
                onClick={() => (proposal.isNew ? onAdd(proposal.field) : onMap(proposal.field.name))}
              >
                {proposal.isNew
                  ? `Create “${proposal.field.name}” (${describeField(proposal.field)})`
                  : `Map to “${proposal.field.name}”`}
              </Button>
            )}
          </Group>
        )}
        {!field && isAdding && (
          <NewField
            initial={proposal?.isNew ? proposal.field : { name: trait, type: 'text' }}
            usedNames={fields.map(({ name }) => name)}
            from={isSeen ? { name: trait, example } : undefined}
            onAdd={(added) => {
              onAdd(added)
              setAdding(false)
            }}
            onCancel={() => setAdding(false)}
          />
        )}
      </div>
    </div>
  )
}

/** The value of a trait or property in the samples. */
export function Example({ isSeen, example }: { isSeen: boolean; example: unknown }) {
  return isSeen ? (
    <Text className="value" c="dimmed" lineClamp={3}>
      {showValue(example)}
    </Text>
  ) : (
    <Text size="xs" c="dimmed">
      not in the samples
    </Text>
  )
}
