import { Anchor, Badge, Card, Group, Stack, Switch, Text, TextInput, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { AudienceEditor } from './audience-editor'
import { replace } from './draft'
import type { MappingForm } from './draft'
import { FieldEditor } from './field-editor'
import { valueIn, withValue } from './form'
import { pathsOf } from './paths'
import { focusField, idOfField } from './field-ids'
import type { Action, Setup } from './setup'
import { TriggerEditor } from './trigger-editor'
import type { Editing } from './use-mappings'
import { usePreview, useTriedEvents } from './use-preview'
import { SuggestedPaths } from './suggested-paths'

interface MappingEditorProps {
  setup: Setup
  editing: Editing
  index: number
}

/** One mapping, with all its fields. */
export function MappingEditor({ setup, editing, index }: MappingEditorProps) {
  const { mappings, problems } = editing
  const mapping = mappings[index]
  const action = setup.actions.find(({ key }) => key === mapping.partnerAction)
  const events = useTriedEvents(setup)
  const { data: preview } = usePreview(mapping, events)
  const change = (members: Partial<MappingForm>) => editing.change(replace(mappings, index, { ...mapping, ...members }))
  const problemIn = (field: string) =>
    problems.find((problem) => problem.index === index && problem.field === field)?.message

  useEffect(() => focusField(), [])

  if (!action) {
    return <Text>This destination has no action {mapping.partnerAction}.</Text>
  }
  return (
    <SuggestedPaths value={pathsOf(events)}>
      <div>
        <Anchor component={Link} href="/mappings" size="sm">
          ← All mappings
        </Anchor>
        <Title order={2} size="h3" style={{ overflowWrap: 'anywhere' }}>
          {mapping.name.trim() || `Mapping ${index + 1}`}
        </Title>
        <Text size="sm" c="dimmed">
          {action.title}: {action.description}
        </Text>
      </div>
      <Card withBorder padding="md">
        <Group align="start" gap="xl">
          <TextInput
            label="Name"
            value={mapping.name}
            onChange={({ currentTarget: { value } }) => change({ name: value })}
            error={problemIn('name')}
            wrapperProps={{ id: idOfField('name') }}
            style={{ flex: '1 1 14rem' }}
          />
          <Switch
            label="Enabled"
            description={mapping.enabled ? 'The mapping is used once it is saved.' : 'The mapping is not used.'}
            checked={mapping.enabled}
            onChange={({ currentTarget: { checked } }) => change({ enabled: checked })}
            mt={24}
          />
        </Group>
      </Card>
      <TriggerEditor
        trigger={mapping.subscribe}
        onChange={(subscribe) => change({ subscribe })}
        problem={problemIn('subscribe')}
        preview={preview}
        events={events}
      />
      <Fields
        mapping={mapping}
        action={action}
        onChange={change}
        problemIn={problemIn}
        origins={preview?.fields ?? []}
      />
      <AudienceEditor action={action} mapping={mapping} onChange={change} problem={problemIn('onMappingSave')} />
    </SuggestedPaths>
  )
}

interface FieldsProps {
  mapping: MappingForm
  action: Action
  onChange: (members: Partial<MappingForm>) => void
  problemIn: (field: string) => string | undefined
  origins: Parameters<typeof FieldEditor>[0]['origins']
}

function Fields({ mapping: { fields }, action, onChange, problemIn, origins }: FieldsProps) {
  const [isAll, setAll] = useState(false)
  const shown = action.fields.filter(({ key, isHidden }) => isAll || !isHidden || problemIn(key) !== undefined)
  return (
    <Card withBorder padding="md" component="section" aria-label="Fields">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          Fields
        </Title>
        <Switch
          label="Show the fields that Segment hides"
          checked={isAll}
          onChange={({ currentTarget: { checked } }) => setAll(checked)}
        />
      </Group>
      <Stack gap={0}>
        {shown.map((field) => (
          <FieldEditor
            key={field.key}
            field={field}
            form={valueIn(fields, field.key)}
            onChange={(value) => onChange({ fields: withValue(fields, field.key, value) })}
            problem={problemIn(field.key)}
            origins={origins}
          />
        ))}
      </Stack>
      {isAll && (
        <Badge color="gray" variant="light" tt="none" mt="xs">
          Segment fills the hidden fields automatically.
        </Badge>
      )}
    </Card>
  )
}
