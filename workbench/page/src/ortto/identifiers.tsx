import { ActionIcon, Group, Select, Text } from '@mantine/core'
import { Part } from './view'
import { moveIdentifier } from './trait-setup'
import type { TraitSetup } from './trait-setup'

interface IdentifiersProps {
  setup: TraitSetup
  onChange: (setup: TraitSetup) => void
}

/** The fields that tell contacts apart, in their order. */
export function Identifiers({ setup, onChange }: IdentifiersProps) {
  const { fields, uniqueIdentifiers } = setup
  const set = (names: string[]) => onChange({ ...setup, uniqueIdentifiers: names })
  const free = fields.filter(({ name, type }) => type !== 'multi select' && !uniqueIdentifiers.includes(name))
  return (
    <Part
      title="Unique identifiers"
      intro={
        'They decide which contact an event belongs to: the first that a contact has outranks the next, and all of them ' +
        'the user id and the anonymous id, which always tell contacts apart. Contacts that share a value become one ' +
        'when this is saved.'
      }
    >
      {uniqueIdentifiers.length === 0 ? (
        <Text size="sm">None: only the user id and the anonymous id tell contacts apart.</Text>
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
                  aria-label={`${name} is no unique identifier`}
                  onClick={() => set(uniqueIdentifiers.filter((one) => one !== name))}
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
        placeholder={free.length > 0 ? 'Choose a field' : 'There is no other field'}
        disabled={free.length === 0}
        size="xs"
        data={free.map(({ name }) => name)}
        value={null}
        onChange={(name) => name !== null && set([...uniqueIdentifiers, name])}
        searchable
        w={{ base: '100%', xs: 320 }}
      />
    </Part>
  )
}
