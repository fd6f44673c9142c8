import { Alert, Button, FileButton, Group, Radio, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { InferRequestType } from 'hono/client'
import { useState } from 'react'
import exampleAccount from '../../../../examples/account.json'
import { ortto, read } from '../client'
import { Failure } from '../parts/failure'
import { namesOf } from './account'
import { useSummary } from './queries'
import { Part } from './view'
import { count } from './words'

/** Exports everything to a file, and imports such a file. */
export function ExportAndImport() {
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
          “{file.name}” replaces everything in the local Ortto:
        </Confirm>
      )}
      <Failure error={importing.error} />
      {importing.data && (
        <Alert color="teal" role="status">
          Imported {count(importing.data.contacts, 'contact')}.
        </Alert>
      )}
    </Stack>
  )
}

type State = InferRequestType<typeof ortto.state.$put>['json']

/** @throws Error when the file is not JSON, or not a valid state */
async function importState(file: File): Promise<{ contacts: number }> {
  const text = await file.text()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error(`“${file.name}” is not JSON.`)
  }
  // A state file also contains the API key, which is not imported. Ortto checks the rest.
  const { apiKey: _, ...state } = Object(value) as State & { apiKey?: unknown }
  return read(ortto.state.$put({ json: state }))
}

type Start = 'the initial account' | 'the example account' | 'an empty account'

const STARTS: Record<Start, string> = {
  'the initial account': 'The account of the option --account, or else the example account.',
  'the example account': 'An account with fields, a trait mapping and two activities.',
  'an empty account': 'A new data source without mappings: Ortto rejects everything until you map the traits.'
}

type AccountFile = InferRequestType<typeof ortto.account.$put>['json']

/** The account to set up. The type of the example's file is not exact, so Ortto checks it. */
function accountOf(start: Start): AccountFile | undefined {
  switch (start) {
    case 'the initial account':
      return undefined
    case 'the example account':
      return exampleAccount as AccountFile
    case 'an empty account':
      return {}
  }
}

/** Deletes everything, and sets up an account. */
export function StartOver() {
  const [start, setStart] = useState<Start>('the initial account')
  const [isAsking, setAsking] = useState(false)
  const resetting = useReplacing((chosen: Start) => read(ortto.reset.$post({ json: { account: accountOf(chosen) } })))
  return (
    <Part
      title="Start over"
      intro="Deletes everything in the local Ortto, resets its clock, and switches off all faults. Segment’s mappings stay."
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
          {namesOf(STARTS).map((name) => (
            <Radio key={name} value={name} label={name} description={STARTS[name]} />
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
          Everything was deleted, and the account is set up.
        </Alert>
      )}
    </Part>
  )
}

/** Replaces everything, including the API key, and reloads all data. */
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

/** Asks for a confirmation, and says what is deleted. */
function Confirm({ label, isPending, onConfirm, onCancel, children }: ConfirmProps) {
  const { data } = useSummary()
  const activities = data ? Object.values(data.activities).reduce((sum, number) => sum + number, 0) : 0
  return (
    <Alert color="red" title="This cannot be undone" role="alert">
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
          , the samples, the usage, the clock and how the account is set up. Export it first if you may need it later.
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
