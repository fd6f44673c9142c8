import { ActionIcon, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { FieldSettings, NewField } from './field-settings'
import { addField, changeField, removeField } from './trait-setup'
import type { TraitSetup } from './trait-setup'
import { Part } from './view'

/** Fields that are shown at once; the search finds the others. */
const MAX_SHOWN = 100

interface FieldListProps {
  setup: TraitSetup
  onChange: (setup: TraitSetup) => void
  search: string
}

/** All CDP fields, by name. */
export function FieldList({ setup, onChange, search }: FieldListProps) {
  const [isAdding, setAdding] = useState(false)
  const wanted = search.trim().toLowerCase()
  const fields = [...setup.fields]
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .sort((one, other) => one.name.localeCompare(other.name))
  const traits = Object.entries(setup.traits ?? {})
  return (
    <Part
      title="CDP fields"
      intro="What a contact can hold. Contacts keep what they have when a field is removed or gets another type."
    >
      {fields.length > 0 && (
        <div className="frame">
          {fields.slice(0, MAX_SHOWN).map((field) => {
            const sources = traits.filter(([, name]) => name === field.name).map(([trait]) => trait)
            return (
              <div key={field.name} className="pair" role="group" aria-label={`Field ${field.name}`}>
                <div>
                  <Text size="sm" fw={600} className="long">
                    {field.name}
                  </Text>
                  <Text size="xs" c="dimmed" className="long">
                    {sources.length > 0 ? `filled by ${sources.join(', ')}` : 'no trait fills it'}
                  </Text>
                </div>
                <Group gap="xs">
                  <FieldSettings
                    field={field}
                    onChange={(changed) => onChange(changeField(setup, changed))}
                    of={`the field ${field.name}`}
                  />
                  <ActionIcon
                    variant="default"
                    aria-label={`Remove field ${field.name}`}
                    onClick={() => onChange(removeField(setup, field.name))}
                  >
                    ✕
                  </ActionIcon>
                </Group>
              </div>
            )
          })}
        </div>
      )}
      {fields.length > MAX_SHOWN && (
        <Text size="sm">
          {MAX_SHOWN} of {fields.length} are shown. Search for the others.
        </Text>
      )}
      {isAdding ? (
        <NewField
          initial={{ name: '', type: 'text' }}
          taken={setup.fields.map(({ name }) => name)}
          onAdd={(field) => {
            onChange(addField(setup, field))
            setAdding(false)
          }}
          onCancel={() => setAdding(false)}
        />
      ) : (
        <div>
          <Button variant="default" size="xs" onClick={() => setAdding(true)}>
            Add a new field
          </Button>
        </div>
      )}
    </Part>
  )
}
