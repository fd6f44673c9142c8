import { Alert, Button, FileButton, Group, Radio, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { InferRequestType } from 'hono/client'
import { useState } from 'react'
import exampleAccount from '../../../../examples/account.json'
import { ortto, read } from '../client'
import { Failure } from '../parts/failure'
import { useSummary } from './queries'
import { Part } from './view'
import { count } from './words'

/** Saves the state to a file, and takes one that was saved. */
export function Holdings() {
  const [file, setFile] = useState<File | null>(null)
  const importing = useReplacing((chosen: File) => importState(chosen))
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Button component="a" href="/sandbox/state" download="ortto-state.json" variant="default">
          Export
        </Button>
        <FileButton
          accept="application/json,.json"
          onChange={(chosen) => {
            setFile(chosen)
            importing.reset()
          }}
        >
          {(props) => (
            <Button {...props} variant="default">
              Import…
            </Button>
          )}
        </FileButton>
      </Group>
      {file && !importing.isSuccess && (
        <Confirm
          label="Replace everything"
          isPending={importing.isPending}
          onConfirm={() => importing.mutate(file)}
          onCancel={() => setFile(null)}
        >
          “{file.name}” replaces all that the local Ortto holds:
        </Confirm>
      )}
      <Failure error={importing.error} />
      {importing.data && (
        <Alert color="teal" role="status">
          It was imported: {count(importing.data.contacts, 'contact')}.
        </Alert>
      )}
    </Stack>
  )
}

type State = InferRequestType<typeof ortto.state.$put>['json']

/** @throws Error when the file holds no JSON, or no state */
async function importState(file: File): Promise<{ contacts: number }> {
  const text = await file.text()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error(`“${file.name}” is not JSON.`)
  }
  // The state file holds the key as well, which stays what it is. Ortto checks the rest.
  const { apiKey: _, ...state } = Object(value) as State & { apiKey?: unknown }
  return read(ortto.state.$put({ json: state }))
}

type Start = 'as at the start' | 'the example account' | 'an empty account'

const STARTS: Record<Start, string> = {
  'as at the start': 'Set up as the file of --account says; without one, as the example account.',
  'the example account': 'Set up with fields, a trait mapping and two activities, to look around.',
  'an empty account': 'Nothing is set up, as in a new data source: Ortto rejects everything until you map the traits.'
}

type AccountFile = InferRequestType<typeof ortto.account.$put>['json']

/** What the account is to be set up by; Ortto checks the example, whose types its file does not tell. */
function accountFor(start: Start): AccountFile | undefined {
  switch (start) {
    case 'as at the start':
      return undefined
    case 'the example account':
      return exampleAccount as AccountFile
    case 'an empty account':
      return {}
  }
}

/** Deletes everything, and sets the account up anew. */
export function StartOver() {
  const [start, setStart] = useState<Start>('as at the start')
  const [isAsking, setAsking] = useState(false)
  const resetting = useReplacing((chosen: Start) => read(ortto.reset.$post({ json: { account: accountFor(chosen) } })))
  return (
    <Part
      title="Start over"
      intro="Deletes what the local Ortto holds, sets its clock back, and switches faults off. Segment’s mappings stay."
    >
      <Radio.Group
        label="Set up"
        value={start}
        onChange={(chosen) => {
          setStart(chosen)
          resetting.reset()
        }}
      >
        <Stack gap="xs" mt="xs">
          {(Object.keys(STARTS) as Start[]).map((one) => (
            <Radio key={one} value={one} label={one} description={STARTS[one]} />
          ))}
        </Stack>
      </Radio.Group>
      {isAsking ? (
        <Confirm
          label="Delete and start over"
          isPending={resetting.isPending}
          onConfirm={() => resetting.mutate(start, { onSettled: () => setAsking(false) })}
          onCancel={() => setAsking(false)}
        >
          This deletes:
        </Confirm>
      ) : (
        <div>
          <Button variant="default" onClick={() => setAsking(true)}>
            Start over…
          </Button>
        </div>
      )}
      <Failure error={resetting.error} />
      {resetting.isSuccess && (
        <Alert color="teal" role="status">
          It was set up anew, and holds no contact.
        </Alert>
      )}
    </Part>
  )
}

/** Something after which nothing is as it was: also the key may be another. */
function useReplacing<Input, Output>(replace: (input: Input) => Promise<Output>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: replace,
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['ortto'] }),
        queries.invalidateQueries({ queryKey: ['setup'] })
      ])
  })
}

interface ConfirmProps {
  label: string
  isPending: boolean
  onConfirm: () => void
  onCancel: () => void
  children: React.ReactNode
}

/** Says what is lost, and asks. */
function Confirm({ label, isPending, onConfirm, onCancel, children }: ConfirmProps) {
  const { data } = useSummary()
  const activities = data ? Object.values(data.activities).reduce((sum, one) => sum + one, 0) : 0
  return (
    <Alert color="red" title="It can’t be undone" role="alert">
      <Stack gap="xs">
        <Text size="sm" className="long">
          {children}{' '}
          {data &&
            [
              count(data.contacts, 'contact'),
              count(activities, 'activity', 'activities'),
              count(data.audiences, 'audience'),
              `${count(data.logEntries, 'entry', 'entries')} of the log`
            ].join(', ')}
          , the samples, the usage, the clock and how the account is set up. Export it before if you may want it back.
        </Text>
        <Group gap="xs">
          <Button color="red" onClick={onConfirm} loading={isPending}>
            {label}
          </Button>
          <Button variant="default" onClick={onCancel} disabled={isPending}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
