import { ActionIcon, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { SYSTEM_FIELDS } from '../../../../sandbox/rules'
import { FieldSettings, NewField } from './field-settings'
import { addField, changeField, removeField } from './trait-setup'
import type { TraitSetup } from './trait-setup'
import { Part } from './view'

const SYSTEM_NAMES = new Set(SYSTEM_FIELDS.map(({ name }) => name))

/** The number of fields that are shown. The search finds the others. */
const MAX_SHOWN = 100

interface FieldListProps {
  setup: TraitSetup
  /** Names of the fields that exist: their types cannot be changed. */
  fixed: ReadonlySet<string>
  onChange: (setup: TraitSetup) => void
  search: string
}

/** All CDP fields, sorted by name. */
export function FieldList({ setup, fixed, onChange, search }: FieldListProps) {
  const [isAdding, setAdding] = useState(false)
  const wanted = search.trim().toLowerCase()
  const fields = [...setup.fields]
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name))
  const traits = Object.entries(setup.traits ?? {})
  return (
    <Part
      title="CDP fields"
      intro={
        'The fields of contacts. Every account has the first ones. The type of a field cannot be changed later. Contacts ' +
        'keep their values if a field is removed.'
      }
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
                    {sources.length > 0 ? `mapped from ${sources.join(', ')}` : 'no trait is mapped to it'}
                  </Text>
                </div>
                <Group gap="xs">
                  <FieldSettings
                    field={field}
                    onChange={(changed) => onChange(changeField(setup, changed))}
                    of={`the field ${field.name}`}
                    isFixed={fixed.has(field.name)}
                  />
                  <ActionIcon
                    disabled={SYSTEM_NAMES.has(field.name)}
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
          Showing {MAX_SHOWN} of {fields.length}. Use the search to find the others.
        </Text>
      )}
      {isAdding ? (
        <NewField
          initial={{ name: '', type: 'text' }}
          usedNames={setup.fields.map(({ name }) => name)}
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
