import { Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api, read } from '../client'
import { useAudiences } from '../ortto/queries'
import { Failure } from '../parts/failure'
import { findNearest } from '../parts/nearest'
import { audienceIn, connect, disconnect } from './draft'
import type { MappingForm } from './draft'
import { idOfField } from './field-ids'
import type { Action } from './setup'

interface AudienceEditorProps {
  action: Action
  mapping: MappingForm
  onChange: (members: Partial<MappingForm>) => void
  problem?: string
}

/** Connects a mapping to an audience in Ortto, as Segment does when the mapping is saved. */
export function AudienceEditor({ action, mapping, onChange, problem }: AudienceEditorProps) {
  const { label, description, inputLabel, inputDescription } = action.audience
  const audience = audienceIn(mapping)
  const [name, setName] = useState(audience?.name ?? '')
  const { data: audiences = [] } = useAudiences()
  const nearest = findNearest(
    name,
    audiences.map((one) => one.name)
  )
  const connecting = useMutation({
    mutationFn: (wanted: string) => read(api.audience.$post({ json: { name: wanted } }))
  })
  // When the response arrives, the mapping may have changed, and this editor may be closed.
  const latest = useRef({ mapping, onChange })
  useEffect(() => {
    latest.current = { mapping, onChange }
  })
  const connectTo = (wanted: string) =>
    connecting.mutate(wanted, {
      onSuccess: ({ error, outputs }) => {
        if (error === null && outputs) {
          latest.current.onChange({ fields: connect(latest.current.mapping, wanted, outputs).fields })
        }
      }
    })
  return (
    <Card withBorder padding="md" component="section" aria-label={label} id={idOfField('onMappingSave')}>
      <Stack gap="xs">
        <Title order={3} size="h5">
          {label}
        </Title>
        <Text size="sm" c="dimmed">
          {description}
        </Text>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {audience ? (
            <>
              This mapping is connected to <b>{audience.name || 'an audience'}</b> (ID {audience.id}).
            </>
          ) : (
            'This mapping is not connected to an audience.'
          )}
        </Text>
        {nearest !== undefined && (
          <Text size="sm" role="status">
            Did you mean “{nearest}”, which exists? Names are case-sensitive: this name becomes another audience.
          </Text>
        )}
        <Group align="end" gap="xs">
          <TextInput
            label={inputLabel}
            description={inputDescription}
            value={name}
            onChange={({ currentTarget: { value } }) => {
              setName(value)
              connecting.reset()
            }}
            style={{ flex: '1 1 16rem' }}
          />
          <Button
            variant="default"
            onClick={() => connectTo(name)}
            loading={connecting.isPending}
            disabled={name.trim() === ''}
          >
            Connect
          </Button>
          {audience && (
            <Button
              variant="default"
              onClick={() => {
                connecting.reset()
                onChange({ fields: disconnect(mapping).fields })
              }}
            >
              Disconnect
            </Button>
          )}
        </Group>
        {name.trim() !== '' && name.trim() !== audience?.name && !connecting.data && (
          <Text size="sm">Press Connect to connect the mapping to this audience.</Text>
        )}
        <ConnectResult result={connecting.data} />
        <Failure error={connecting.error} />
        {problem !== undefined && (
          <Text size="sm" c="red" role="alert" style={{ overflowWrap: 'anywhere' }}>
            {problem}
          </Text>
        )}
      </Stack>
    </Card>
  )
}

/** The result of the hook. */
function ConnectResult({ result }: { result?: { error: string | null; message: string | null } }) {
  if (!result) {
    return null
  }
  return result.error === null ? (
    <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
      {result.message} The audience now exists in Ortto. Save the mapping to keep the connection.
    </Text>
  ) : (
    <Failure error={new Error(result.error)} />
  )
}
