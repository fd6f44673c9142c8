import { ActionIcon, Anchor, Badge, Button, Card, Group, Stack, Switch, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, useLocation } from 'wouter'
import { audienceIn, duplicate, isChanged, move, newMapping, readMapping, remove, replace } from './draft'
import type { MappingForm, Problem } from './draft'
import { ImportPanel } from './import-panel'
import type { Setup } from './setup'
import type { Editing } from './use-mappings'

interface ListProps {
  setup: Setup
  editing: Editing
}

/** All mappings, in order. */
export function MappingsList({ setup, editing }: ListProps) {
  const { mappings, stored, change, undo } = editing
  const [isImporting, { toggle, close }] = useDisclosure(false)
  const isFull = mappings.length >= setup.maxMappings
  return (
    <>
      <Group justify="space-between" align="end">
        <div>
          <Group gap="xs" align="baseline">
            <Title order={2} size="h3">
              Mappings
            </Title>
            <Text size="sm">
              {mappings.length} of {setup.maxMappings}
            </Text>
          </Group>
          <Text size="sm" c="dimmed">
            A mapping decides which events are sent to Ortto, and with which data. An event is sent through each enabled
            mapping that matches it.
          </Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {setup.mappingsFile === null
              ? 'They are lost when the workbench stops, unless you export them.'
              : `They are stored in ${setup.mappingsFile}.`}
          </Text>
        </div>
        <Group gap="xs">
          <Button variant="default" size="xs" onClick={toggle} aria-expanded={isImporting}>
            Import
          </Button>
          <Button variant="default" size="xs" component="a" href="/api/mappings/file" download="mappings.json">
            {editing.isChanged ? 'Export the saved mappings' : 'Export'}
          </Button>
          <Button
            variant="default"
            size="xs"
            component="a"
            href="/api/mappings/file?shape=segment"
            download="mappings.json"
          >
            Export for Segment’s API
          </Button>
          <Button
            variant="default"
            size="xs"
            onClick={() =>
              change(stored.presets.map(readMapping), 'All mappings were replaced by the destination’s presets.')
            }
          >
            Reset to the presets
          </Button>
        </Group>
      </Group>
      {isImporting && <ImportPanel editing={editing} onDone={close} />}
      {undo && (
        <Group gap="xs" role="status">
          <Text size="sm">{undo.notice}</Text>
          <Button size="compact-sm" variant="default" onClick={undo.run}>
            Undo
          </Button>
        </Group>
      )}
      {!mappings.some(({ enabled }) => enabled) && (
        <Text size="sm" fw={600}>
          No mapping is enabled, so no events are sent.
        </Text>
      )}
      <Stack gap="xs" component="ul" p={0} m={0} aria-label="Mappings">
        {mappings.map((mapping, index) => (
          <Item key={index} setup={setup} editing={editing} mapping={mapping} index={index} />
        ))}
      </Stack>
      <NewMappings setup={setup} editing={editing} isFull={isFull} />
    </>
  )
}

function NewMappings({ setup, editing, isFull }: ListProps & { isFull: boolean }) {
  const { mappings, change } = editing
  const [, open] = useLocation()
  const offered = setup.actions.filter(({ isHidden }) => !isHidden)
  return (
    <Group gap="xs">
      {offered.map((action) => (
        <Button
          key={action.key}
          variant="light"
          disabled={isFull}
          onClick={() => {
            change([...mappings, newMapping(action, mappings)])
            open(`/mappings/${mappings.length + 1}`)
          }}
        >
          New mapping: {action.title}
        </Button>
      ))}
      {isFull && <Text size="sm">Segment allows at most {setup.maxMappings} mappings.</Text>}
    </Group>
  )
}

interface ItemProps extends ListProps {
  mapping: MappingForm
  index: number
}

function Item({ setup, editing, mapping, index }: ItemProps) {
  const { mappings, saved, change, problems } = editing
  const { name, enabled, partnerAction, subscribe } = mapping
  const shownName = name.trim() === '' ? `Mapping ${index + 1}` : name
  const audience = audienceIn(mapping)
  return (
    <Card withBorder padding="sm" component="li">
      <Group justify="space-between" gap="xs">
        <Group gap="sm" style={{ minWidth: 0, flex: '1 1 16rem' }} wrap="nowrap">
          <Switch
            checked={enabled}
            onChange={({ currentTarget: { checked } }) =>
              change(replace(mappings, index, { ...mapping, enabled: checked }))
            }
            aria-label={`Enabled: ${shownName}`}
          />
          <Anchor component={Link} href={`/mappings/${index + 1}`} fw={600} className="cut">
            {shownName}
          </Anchor>
          {isChanged(mapping, saved) && (
            <Badge color="orange" variant="light" size="sm" tt="none" style={{ flexShrink: 0 }}>
              unsaved
            </Badge>
          )}
        </Group>
        <Buttons setup={setup} editing={editing} mapping={mapping} index={index} />
      </Group>
      <Group gap="xs" mt={4}>
        <Text size="sm">{setup.actions.find(({ key }) => key === partnerAction)?.title}</Text>
        <code className="value">{subscribe}</code>
        {audience && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            Audience: {audience.name || audience.id}
          </Text>
        )}
      </Group>
      <Problems problems={problems.filter((problem) => problem.index === index)} />
    </Card>
  )
}

function Buttons({ setup, editing, mapping: { name }, index }: ItemProps) {
  const { mappings, change } = editing
  const shownName = name.trim() === '' ? `Mapping ${index + 1}` : name
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        variant="default"
        size="compact-sm"
        disabled={mappings.length >= setup.maxMappings}
        onClick={() => change(duplicate(mappings, index), 'The copy is disabled, so that nothing is sent twice.')}
        aria-label={`Duplicate ${shownName}`}
      >
        Duplicate
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => change(remove(mappings, index), `“${shownName}” was deleted.`)}
        aria-label={`Delete ${shownName}`}
      >
        Delete
      </Button>
      <ActionIcon
        variant="default"
        disabled={index === 0}
        onClick={() => change(move(mappings, index, -1))}
        aria-label={`Move ${shownName} up`}
      >
        ↑
      </ActionIcon>
      <ActionIcon
        variant="default"
        disabled={index === mappings.length - 1}
        onClick={() => change(move(mappings, index, 1))}
        aria-label={`Move ${shownName} down`}
      >
        ↓
      </ActionIcon>
    </Group>
  )
}

/** The problems of a mapping. */
function Problems({ problems }: { problems: readonly Problem[] }) {
  return problems.map(({ message }, index) => (
    <Text key={index} size="sm" c="red" style={{ overflowWrap: 'anywhere' }}>
      {message}
    </Text>
  ))
}
