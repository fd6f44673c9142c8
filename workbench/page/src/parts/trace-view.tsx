import { Alert, Card, Group, Loader, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ShownMapping } from '../../../server/trace'
import { api, read } from '../client'
import { AdviceView } from './advice-view'
import { ChangeView } from './change-view'
import { Failure } from './failure'
import { LongText } from './json'
import { PayloadTable } from './payload-table'
import { RequestView } from './request-view'
import { pretty } from './show'
import { Status } from './status'
import { adviceForMapping, adviceForUnsent } from './what-to-do'

/** One event: which mappings matched it, their payloads, the requests and responses, and what changed in Ortto. */
export function TraceView({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: ['trace', id],
    queryFn: () => read(api.traces[':id'].$get({ param: { id } }))
  })
  if (error) {
    return <Failure error={error} />
  }
  if (!data) {
    return <Loader size="sm" aria-label="Loading" />
  }
  const { type, event, user, note, text, mappings } = data
  const matching = mappings.filter(({ matches }) => matches)
  const others = mappings.filter(({ matches }) => !matches)
  return (
    <Stack gap="sm" component="section" aria-label="Event details">
      <Title order={2} size="h4" className="cut">
        {[event === undefined ? type : `${type}: ${event}`, user].filter(Boolean).join(' · ') || 'No event'}
      </Title>
      {note !== undefined && (
        <Alert color="gray" title="Not sent">
          {note}
        </Alert>
      )}
      {note !== undefined && <AdviceView advice={adviceForUnsent(data)} />}
      {matching.map((mapping) => (
        <MappingView key={mapping.number} mapping={mapping} />
      ))}
      {others.length > 0 && (
        <Card withBorder padding="sm">
          <Title order={3} size="h6">
            {matching.length > 0 ? 'The other mappings did not match' : 'No mapping matched'}
          </Title>
          {others.map(({ number, name, why }) => (
            <Text key={number} size="sm">
              <b>{name}</b>: {why}
            </Text>
          ))}
        </Card>
      )}
      <Step title="The event, as Segment delivers it">
        <LongText text={pretty(text)} label="The event" />
      </Step>
    </Stack>
  )
}

function MappingView({ mapping }: { mapping: ShownMapping }) {
  const { name, why, result, payload = [], request, processed } = mapping
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          {name}
        </Title>
        {result && <Status result={result} />}
      </Group>
      {result && (
        <Text size="sm" mb="xs">
          {result.message}{' '}
          {result.errorType && (
            <Text span size="xs" c="dimmed">
              ({result.errorType})
            </Text>
          )}
        </Text>
      )}
      <AdviceView advice={adviceForMapping(mapping)} />
      <SimpleGrid cols={{ base: 1, lg: 3 }} spacing="md">
        <Stack gap="xs">
          <Step title="1. The mapped payload">
            <Text size="xs" c="dimmed">
              Matched: {why}.
            </Text>
            <PayloadTable fields={payload} />
          </Step>
        </Stack>
        <Stack gap="xs">
          <Step title="2. The request to Ortto">
            {request ? <RequestView request={request} /> : <Text size="sm">Nothing was sent for this event.</Text>}
          </Step>
        </Stack>
        <Stack gap="xs">
          <Step title="3. What changed in Ortto">
            {processed ? (
              <ChangeView processed={processed} />
            ) : (
              <Text size="sm">Nothing changed. Ortto did not store this event.</Text>
            )}
          </Step>
        </Stack>
      </SimpleGrid>
    </Card>
  )
}

function Step({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap={6}>
      <Title order={4} size="h6">
        {title}
      </Title>
      {children}
    </Stack>
  )
}
