import { Button, Group, Loader, Select, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useLocation, useParams } from 'wouter'
import type { TraceSummary } from '../../../server/trace'
import { api, read } from '../client'
import { Failure } from '../parts/failure'
import { firstProblem } from '../events/filter-traces'
import { NoEvent } from '../events/no-event'
import { SplitView } from '../events/split-view'
import { TraceBrowser } from '../events/trace-browser'
import { TraceView } from '../events/trace-view'
import { useSetup } from '../parts/use-setup'
import { useStored } from '../parts/use-stored'
import { checkEvents } from './check-events'

// The editor is the largest part of the page, so it is loaded later.
const JsonEditor = lazy(() => import('../parts/json-editor'))

/** Paste events, send them, and inspect the details of each event. */
export function TryView() {
  const { trace } = useParams<{ trace?: string }>()
  const [, open] = useLocation()
  const setup = useSetup()
  const examples = setup.data?.examples ?? []
  const [text, setText] = useStored('tried text')
  const [example, setExample] = useState<string | null>(null)
  const shown = text ?? (examples.length > 0 ? examples[0].text : '')
  // Stored in the query cache, so that the results are kept while another view is open.
  const queries = useQueryClient()
  const { data: traces = [] } = useQuery<readonly TraceSummary[]>({ queryKey: ['tried'], enabled: false })
  const sending = useMutation({
    mutationFn: () => read(api.try.$post({ json: { text: shown } })),
    onSuccess: ({ traces: sent }) => {
      queries.setQueryData(['tried'], sent)
      const problem = firstProblem(sent)
      open(problem ? `/try/${problem.id}` : '/try')
    }
  })
  const problems = checkEvents(shown)
  const send = () => {
    if (shown.trim() !== '' && !sending.isPending) {
      sending.mutate()
    }
  }

  return (
    <Stack gap="md">
      <Group justify="space-between" align="end">
        <div>
          <Title order={2} size="h3">
            Try an event
          </Title>
          <Text size="sm" c="dimmed">
            Paste one event, one event per line, or a JSON array. The events are sent through your mappings to the local
            Ortto.
          </Text>
        </div>
        <Select
          label="Examples"
          placeholder="Pick an example"
          data={examples.map(({ title }, index) => ({ value: String(index), label: title }))}
          value={example}
          onChange={(value) => {
            setExample(value)
            if (value !== null) {
              setText(examples[Number(value)].text)
            }
          }}
          w={{ base: '100%', xs: 340 }}
        />
      </Group>
      <SplitView
        details={trace === undefined ? undefined : <TraceView id={trace} />}
        empty={<NoEvent text="Send events. The first one that was rejected opens here." />}
        onClose={() => open('/try')}
      >
        <Stack gap="xs">
          <div style={{ height: 260, border: '1px solid var(--mantine-color-default-border)' }}>
            <Suspense fallback={<Loader size="sm" m="md" aria-label="Loading the editor" />}>
              <JsonEditor value={shown} onChange={setText} label="Events" check={checkEvents} onSubmit={send} />
            </Suspense>
          </div>
          <Group>
            <Button onClick={send} loading={sending.isPending} disabled={shown.trim() === ''}>
              Send
            </Button>
            <Text size="sm" c={problems.length > 0 ? 'red' : 'dimmed'} aria-live="polite" style={{ flex: 1 }}>
              {problems.length > 0
                ? problems[0].message
                : 'Ctrl-Enter sends. Tab leaves the editor. Press ? for all shortcuts.'}
            </Text>
          </Group>
          <Failure error={sending.error} />
          {traces.length > 0 ? (
            <TraceBrowser
              traces={traces}
              selected={trace}
              onSelect={(id) => open(`/try/${id}`)}
              label="Results"
              height={320}
            />
          ) : (
            <Text size="sm" c="dimmed" role="status">
              {sending.isSuccess ? 'The text contains no events.' : 'The result of each event appears here.'}
            </Text>
          )}
        </Stack>
      </SplitView>
    </Stack>
  )
}
