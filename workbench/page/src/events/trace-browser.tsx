import { Button, Group, Select, Stack, Text, TextInput, VisuallyHidden } from '@mantine/core'
import { useDeferredValue, useState } from 'react'
import type { TraceSummary } from '../../../server/trace'
import { clearButton } from '../parts/clear-button'
import { COLORS } from '../parts/show'
import { countStates, describeCounts, filterTraces, NO_FILTER, STATE_WORDS } from './filter-traces'
import type { TraceFilter, TraceState } from './filter-traces'
import { TraceList } from './trace-list'

interface TraceBrowserProps {
  traces: readonly TraceSummary[]
  selected?: string
  onSelect: (id: string) => void
  label: string
  /** Pixels */
  height: number
  /** Scrolls to new events, and can be paused. */
  isLive?: boolean
}

/** A list of events with counts per outcome, and filters. */
export function TraceBrowser({ traces: all, isLive = false, ...list }: TraceBrowserProps) {
  const [filter, setFilter] = useState<TraceFilter>(NO_FILTER)
  const [paused, setPaused] = useState<readonly TraceSummary[]>()
  const traces = paused ?? all
  // Typing stays smooth while many events arrive.
  const deferred = useDeferredValue({ traces, filter })
  const shown = filterTraces(deferred.traces, deferred.filter)
  const change = (part: Partial<TraceFilter>) => setFilter({ ...filter, ...part })
  const lastOfAll = all[all.length - 1]?.id
  const isBehind = paused !== undefined && paused[paused.length - 1]?.id !== lastOfAll
  return (
    <Stack gap="xs">
      <VisuallyHidden role="status">{describeCounts(deferred.traces)}</VisuallyHidden>
      <Group gap={6} role="group" aria-label="Filter by outcome">
        <StateButton
          label={`All ${deferred.traces.length.toLocaleString('en')}`}
          isActive={filter.state === undefined}
          onClick={() => change({ state: undefined })}
        />
        {countStates(deferred.traces).map(([state, count]) => (
          <StateButton
            key={state}
            state={state}
            label={`${count.toLocaleString('en')} ${STATE_WORDS[state]}`}
            isActive={filter.state === state}
            onClick={() => change({ state: filter.state === state ? undefined : state })}
          />
        ))}
      </Group>
      <Group gap="xs">
        <TextInput
          aria-label={`Search in ${list.label}`}
          placeholder="User, event, message ID or reason"
          type="search"
          size="xs"
          value={filter.text}
          onChange={({ currentTarget: { value } }) => change({ text: value })}
          style={{ flex: '1 1 12rem' }}
        />
        <Choice
          label="Type"
          values={traces.map(({ type }) => type)}
          value={filter.type}
          onChange={(type) => change({ type })}
        />
        <Choice
          label="Mapping"
          values={traces.flatMap(({ results }) => results.map(({ mapping }) => mapping))}
          value={filter.mapping}
          onChange={(mapping) => change({ mapping })}
        />
        {isLive && (
          <Button size="xs" variant="default" onClick={() => setPaused(paused ? undefined : all)}>
            {paused ? 'Resume' : 'Pause'}
          </Button>
        )}
      </Group>
      {isBehind && (
        <Text size="xs" role="status">
          Paused: newer events are not shown. Resume to see them.
        </Text>
      )}
      {shown.length < deferred.traces.length && (
        <Text size="xs" role="status">
          Showing {shown.length.toLocaleString('en')} of {deferred.traces.length.toLocaleString('en')} events.
        </Text>
      )}
      <TraceList {...list} traces={shown} isLive={isLive && paused === undefined} hasTimes={isLive} />
    </Stack>
  )
}

interface StateButtonProps {
  state?: TraceState
  label: string
  isActive: boolean
  onClick: () => void
}

function StateButton({ state, label, isActive, onClick }: StateButtonProps) {
  return (
    <Button
      size="compact-sm"
      radius="xl"
      variant={isActive ? 'filled' : 'light'}
      color={state === undefined || state === 'not sent' ? 'gray' : COLORS[state]}
      aria-pressed={isActive}
      onClick={onClick}
    >
      {label}
    </Button>
  )
}

interface ChoiceProps {
  label: string
  values: readonly (string | undefined)[]
  value: string | undefined
  onChange: (value: string | undefined) => void
}

/** A choice among the values that occur. Hidden while there is only one. */
function Choice({ label, values, value, onChange }: ChoiceProps) {
  const choices = [...new Set(values)].filter((one) => one !== undefined)
  if (choices.length < 2 && value === undefined) {
    return null
  }
  return (
    <Select
      aria-label={label}
      placeholder={label}
      data={choices}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      clearable
      clearButtonProps={clearButton(`Show every ${label.toLowerCase()}`)}
      size="xs"
      w={124}
    />
  )
}
