import { Alert, Card, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ShownMapping } from '../../../server/trace'
import { api, read } from '../client'
import { useAccount } from '../ortto/queries'
import { Failure } from '../parts/failure'
import { LongText } from '../parts/json'
import { pretty } from '../parts/show'
import { AdviceView } from './advice-view'
import { ChangeView } from './change-view'
import { EventActions } from './event-actions'
import { PayloadTable } from './payload-table'
import { RequestView } from './request-view'
import { Status } from './status'
import { wayOf, wayOfUnsent } from './way'
import { WayPicture } from './way-picture'
import { adviceForEvent } from './what-to-do'

/** One event: which mappings matched it, their payloads, the requests and responses, and what changed in Ortto. */
export function TraceView({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: ['trace', id],
    queryFn: () => read(api.traces[':id'].$get({ param: { id } }))
  })
  const { data: account } = useAccount()
  if (error) {
    return <Failure error={error} />
  }
  if (!data) {
    return <Loader size="sm" aria-label="Loading" />
  }
  const { type, event, user, note, text, added, mappings } = data
  const matching = mappings.filter(({ matches }) => matches)
  const others = mappings.filter(({ matches }) => !matches)
  const known = {
    activities: account?.activities.map(({ name }) => name) ?? [],
    traits: Object.keys(account?.traits ?? {})
  }
  return (
    <Stack gap="sm" component="section" aria-label="Event details">
      <Title order={2} size="h4" className="cut" pr={36}>
        {[event === undefined ? type : `${type}: ${event}`, user].filter(Boolean).join(' · ') || 'No event'}
      </Title>
      <EventActions text={pretty(text)} event={readEvent(text)} />
      {note !== undefined && (
        <>
          <WayPicture steps={wayOfUnsent(data)} label="The way of this event" />
          <Alert color={data.skipped === undefined ? 'red' : 'gray'} title="Not sent">
            {note}
          </Alert>
        </>
      )}
      <AdviceView advice={adviceForEvent(data, known)} />
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
        {added.length > 0 && (
          <Text size="xs" c="dimmed">
            Segment added {added.join(', ')}.
          </Text>
        )}
        <LongText text={pretty(text)} label="The event" />
      </Step>
    </Stack>
  )
}

/** The event in a text. Undefined when the text is not an event. */
function readEvent(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'type' in value ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function MappingView({ mapping }: { mapping: ShownMapping }) {
  const { number, name, why, result, payload = [], request, processed } = mapping
  return (
    <Card withBorder padding="sm">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3} size="h5">
            {name}
          </Title>
          {result && <Status result={result} />}
        </Group>
        <WayPicture steps={wayOf(mapping)} label={`The way through ${name}`} />
        {result && (
          <Text size="sm">
            {result.message}{' '}
            {result.errorType && (
              <Text span size="xs" c="dimmed">
                ({result.errorType})
              </Text>
            )}
          </Text>
        )}
        <Step title="What changed in Ortto">
          {processed ? (
            <ChangeView processed={processed} />
          ) : (
            <Text size="sm">Nothing changed. Ortto did not store this event.</Text>
          )}
        </Step>
        <Step title="The mapped payload">
          <Text size="xs" c="dimmed">
            Matched: {why}.
          </Text>
          <PayloadTable fields={payload} mapping={number} />
        </Step>
        <Step title="The request to Ortto">
          {request ? <RequestView request={request} /> : <Text size="sm">Nothing was sent for this event.</Text>}
        </Step>
      </Stack>
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
