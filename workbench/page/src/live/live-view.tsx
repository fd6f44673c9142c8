import { Alert, Button, Code, Group, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useLocation, useParams } from 'wouter'
import { api, read } from '../client'
import { useFeed } from '../feed'
import { Copyable } from '../parts/copy'
import { Failure } from '../parts/failure'
import { Labelled } from '../parts/labelled'
import { showTime } from '../parts/show'
import { NoEvent } from '../events/no-event'
import { SplitView } from '../events/split-view'
import { TraceBrowser } from '../events/trace-browser'
import { TraceView } from '../events/trace-view'
import { useSetup } from '../parts/use-setup'

/** Events from Segment's libraries, as they arrive. */
export function LiveView() {
  const { trace } = useParams<{ trace?: string }>()
  const [, open] = useLocation()
  const { traces } = useFeed()
  const { data, error } = useSetup()
  const clearing = useMutation({ mutationFn: () => read(api.live.$delete()) })
  const { origin } = window.location

  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          Live events
        </Title>
        <Text size="sm" c="dimmed">
          Send events from any Segment library to this host. They are sent through your mappings to the local Ortto, and
          appear below.
        </Text>
      </div>
      <Failure error={error ?? clearing.error} />
      {data && (
        <Group gap="xl">
          <Labelled label="Write key">
            <Copyable text={data.writeKey} label="the write key" />
          </Labelled>
          <Labelled label="Host">
            <Copyable text={origin} label="the host" />
          </Labelled>
        </Group>
      )}
      {data && <Snippets origin={origin} writeKey={data.writeKey} isOpen={traces.length === 0} />}
      <RejectedCalls />
      <SplitView
        details={trace === undefined ? undefined : <TraceView id={trace} />}
        empty={<NoEvent text="Select an event to see its way to Ortto." />}
        onClose={() => open('/live')}
      >
        <Stack gap="xs">
          <Group justify="space-between">
            <Text size="sm" role="status">
              {traces.length === 0 ? 'Waiting for the first call.' : 'The newest events are at the end.'}
            </Text>
            <Button variant="default" size="xs" disabled={traces.length === 0} onClick={() => clearing.mutate()}>
              Clear the list
            </Button>
          </Group>
          {traces.length > 0 && (
            <TraceBrowser
              traces={traces}
              selected={trace}
              onSelect={(id) => open(`/live/${id}`)}
              label="Live events"
              height={480}
              isLive
            />
          )}
        </Stack>
      </SplitView>
    </Stack>
  )
}

/** Calls to the tracking API that were rejected, usually because the write key is wrong. */
function RejectedCalls() {
  const { data } = useQuery({ queryKey: ['rejected calls'], queryFn: () => read(api.live.rejected.$get()) })
  if (!data) {
    return null
  }
  const { count, last, duplicates } = data
  return (
    <>
      {duplicates > 0 && (
        <Text size="sm" role="status">
          {duplicates === 1 ? '1 event was' : `${duplicates.toLocaleString('en')} events were`} dropped, as Segment
          does: an event with the same message ID was received before. To send it again, clear the list.
        </Text>
      )}
      {last && <LastRejected count={count} last={last} />}
    </>
  )
}

function LastRejected({ count, last }: { count: number; last: { path: string; time: string; reason: string } }) {
  return (
    <Alert
      color="orange"
      title={count === 1 ? '1 call was rejected' : `${count.toLocaleString('en')} calls were rejected`}
    >
      The last call, to {last.path} at {showTime(last.time)} UTC: {last.reason}.
    </Alert>
  )
}

/** Example calls. */
function Snippets({ origin, writeKey, isOpen }: { origin: string; writeKey: string; isOpen: boolean }) {
  const { host, protocol } = new URL(origin)
  const body = JSON.stringify({ userId: 'lana.romeijn', traits: { firstName: 'Lana' } })
  const snippets = [
    ['curl', `curl -u ${writeKey}: -H 'content-type: application/json' -d '${body}' ${origin}/v1/identify`],
    [
      'Node: @segment/analytics-node',
      `const analytics = new Analytics({ writeKey: '${writeKey}', host: '${origin}', flushAt: 1 })\n` +
        `analytics.identify({ userId: 'lana.romeijn', traits: { firstName: 'Lana' } })`
    ],
    [
      'Browser: @segment/analytics-next',
      `const analytics = AnalyticsBrowser.load(\n  { writeKey: '${writeKey}', cdnURL: '${origin}' },\n` +
        `  { integrations: { 'Segment.io': { apiHost: '${host}/v1', protocol: '${protocol.replace(
          ':',
          ''
        )}' } } }\n)\n` +
        `analytics.identify('lana.romeijn', { firstName: 'Lana' })`
    ]
  ]
  return (
    <details open={isOpen}>
      <summary>How to send a first call</summary>
      <Stack gap="xs" mt="xs">
        {snippets.map(([title, text]) => (
          <div key={title}>
            <Text size="sm" fw={600}>
              {title}
            </Text>
            <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {text}
            </Code>
          </div>
        ))}
      </Stack>
    </details>
  )
}
