import { ActionIcon, Group, Select, Text } from '@mantine/core'
import { MAX_UNIQUE_IDENTIFIERS, UNIQUE_IDENTIFIER_TYPES } from '../../../../sandbox/rules'
import { Part } from './view'
import { moveIdentifier } from './trait-setup'
import type { TraitSetup } from './trait-setup'

interface IdentifiersProps {
  setup: TraitSetup
  onChange: (setup: TraitSetup) => void
}

/** The fields that identify contacts, in their order. */
export function Identifiers({ setup, onChange }: IdentifiersProps) {
  const { fields, uniqueIdentifiers } = setup
  const set = (names: string[]) => onChange({ ...setup, uniqueIdentifiers: names })
  const isFull = uniqueIdentifiers.length >= MAX_UNIQUE_IDENTIFIERS
  const others = fields.filter(
    ({ name, type }) => UNIQUE_IDENTIFIER_TYPES.includes(type) && !uniqueIdentifiers.includes(name)
  )
  return (
    <Part
      title="Unique identifiers"
      intro={
        'Used to match an event to a contact, in this order. If none match, the user ID and then the anonymous ID are ' +
        'used. An anonymous ID does not match a contact with another user ID. When you save, contacts that share a value ' +
        'are merged.'
      }
    >
      {uniqueIdentifiers.length === 0 ? (
        <Text size="sm">No unique identifiers: events are matched by user ID and anonymous ID.</Text>
      ) : (
        <ol className="plain" aria-label="Unique identifiers">
          {uniqueIdentifiers.map((name, index) => (
            <li key={name}>
              <Group gap="xs" wrap="nowrap">
                <Text size="sm" w={20}>
                  {index + 1}.
                </Text>
                <Text size="sm" fw={600} className="long" style={{ flex: '0 1 auto' }}>
                  {name}
                </Text>
                <ActionIcon
                  variant="default"
                  size="sm"
                  aria-label={`Move ${name} up`}
                  disabled={index === 0}
                  onClick={() => onChange(moveIdentifier(setup, name, -1))}
                >
                  ↑
                </ActionIcon>
                <ActionIcon
                  variant="default"
                  size="sm"
                  aria-label={`Move ${name} down`}
                  disabled={index === uniqueIdentifiers.length - 1}
                  onClick={() => onChange(moveIdentifier(setup, name, 1))}
                >
                  ↓
                </ActionIcon>
                <ActionIcon
                  variant="default"
                  size="sm"
                  aria-label={`Remove ${name}`}
                  onClick={() => set(uniqueIdentifiers.filter((other) => other !== name))}
                >
                  ✕
                </ActionIcon>
              </Group>
            </li>
          ))}
        </ol>
      )}
      <Select
        label="Add a unique identifier"
        description={`At most ${MAX_UNIQUE_IDENTIFIERS}, of the type text, phone number or email.`}
        placeholder={isFull ? 'Remove one first' : others.length > 0 ? 'Choose a field' : 'No other fields'}
        disabled={isFull || others.length === 0}
        size="xs"
        data={others.map(({ name }) => name)}
        value={null}
        onChange={(name) => name !== null && set([...uniqueIdentifiers, name])}
        searchable
        w={{ base: '100%', xs: 320 }}
      />
    </Part>
  )
}
