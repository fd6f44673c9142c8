import { Alert, Button, Group, NumberInput, Radio, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Fault } from '../../../../sandbox'
import { ortto, read } from '../client'
import { Failure } from '../parts/failure'
import { showTime } from '../parts/show'
import { namesOf } from './account'
import { describeFault, faultOf, FAULTS, ITEM_STATUSES } from './faults'
import type { FaultForm, FaultKind } from './faults'
import { useSummary } from './queries'
import { Loaded, Part, View } from './view'
import { inWords } from './words'

/** The clock of the local Ortto, and the faults of its responses. */
export function ClockAndFaultsView() {
  return (
    <View
      title="Clock and faults"
      intro={
        'Test rules that depend on time, and failures of Ortto or the network: move the clock of the local Ortto, or add ' +
        'a fault to its responses.'
      }
    >
      <Clock />
      <Faults />
    </View>
  )
}

const STEPS = ['2 minutes', '1 hour', '1 day']
const UNITS = ['seconds', 'minutes', 'hours', 'days']

function Clock() {
  const queries = useQueryClient()
  // The clock runs.
  const clock = useQuery({
    queryKey: ['ortto', 'clock'],
    queryFn: () => read(ortto.clock.$get()),
    refetchInterval: 1000
  })
  const moving = useMutation({
    mutationFn: (by: string) => read(ortto.clock.$post({ json: { by } })),
    onSuccess: (moved) => queries.setQueryData(['ortto', 'clock'], moved)
  })
  const [number, setNumber] = useState<number | string>(1)
  const [unit, setUnit] = useState('days')
  return (
    <Part
      title="Clock"
      intro={
        'The clock can only move forward, until you start over. +2 minutes: audience re-entry · next midnight UTC: daily ' +
        'synchronization · +1 day: limits reset · more: retention of activities.'
      }
    >
      <Loaded query={clock}>
        {({ now }) => (
          <Text size="sm">
            The time in the local Ortto is{' '}
            <Text span fw={700}>
              {showTime(now)} UTC
            </Text>
            {describeOffset(now)}.
          </Text>
        )}
      </Loaded>
      <Group gap="xs">
        {STEPS.map((step) => (
          <Button key={step} variant="default" onClick={() => moving.mutate(step)} disabled={moving.isPending}>
            +{step}
          </Button>
        ))}
      </Group>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          moving.mutate(`${number} ${unit}`)
        }}
      >
        <Group gap="xs" align="end">
          <NumberInput
            label="Other"
            value={number}
            onChange={setNumber}
            min={0}
            max={99_999}
            allowDecimal={false}
            allowNegative={false}
            w={110}
          />
          <Select
            label="Unit"
            data={UNITS}
            value={unit}
            allowDeselect={false}
            onChange={(chosen) => chosen !== null && setUnit(chosen)}
            w={130}
          />
          <Button type="submit" variant="default" disabled={number === '' || moving.isPending}>
            Move forward
          </Button>
        </Group>
      </form>
      <Failure error={moving.error} />
    </Part>
  )
}

/** A smaller difference between the two clocks is not shown. */
const TOLERANCE_MS = 5000

function describeOffset(now: string): string {
  const real = new Date()
  const isAhead = Date.parse(now) - real.getTime() > TOLERANCE_MS
  return isAhead ? `, ahead of real time, which reaches it ${inWords(real.toISOString(), now)}` : ''
}

function Faults() {
  const summary = useSummary()
  const [form, setForm] = useState<FaultForm>({
    kind: 'status',
    status: 503,
    itemStatus: 500,
    every: 1,
    event: '',
    message: 'The service is not available',
    location: '/login',
    bytes: 1000,
    milliseconds: 3000,
    once: true
  })
  const adding = useMutation({ mutationFn: (fault: Fault) => read(ortto.faults.$post({ json: fault })) })
  const { kind, once } = form
  const { effect, outcome } = FAULTS[kind]
  return (
    <Part title="Faults" intro="If several faults are on, the oldest applies.">
      <form
        aria-label="Switch a fault on"
        onSubmit={(event) => {
          event.preventDefault()
          adding.mutate(faultOf(form))
        }}
      >
        <Stack gap="xs">
          <Group gap="xs" align="end">
            <Select
              label="Fault"
              data={namesOf(FAULTS)}
              value={kind}
              allowDeselect={false}
              onChange={(chosen) => chosen !== null && setForm({ ...form, kind: chosen })}
              w={180}
            />
            <Settings form={form} onChange={setForm} />
          </Group>
          <Text size="sm">{effect}</Text>
          <Text size="sm" c="dimmed">
            {outcome}
          </Text>
          <Radio.Group
            label="Duration"
            value={once ? 'once' : 'always'}
            onChange={(value) => setForm({ ...form, once: value === 'once' })}
          >
            <Group mt={4}>
              <Radio value="once" label={kind === 'item status' ? 'For one event' : 'For the next request'} />
              <Radio value="always" label="Until it is switched off" />
            </Group>
          </Radio.Group>
          <div>
            <Button type="submit" loading={adding.isPending}>
              Switch on
            </Button>
          </div>
        </Stack>
      </form>
      <Failure error={adding.error} />
      <Loaded query={summary}>{({ faults }) => <FaultList faults={faults} />}</Loaded>
    </Part>
  )
}

interface SettingsProps {
  form: FaultForm
  onChange: (form: FaultForm) => void
}

function Settings({ form, onChange }: SettingsProps) {
  const number = (label: string, key: 'status' | 'bytes' | 'milliseconds' | 'every', min: number, max: number) => (
    <NumberInput
      label={label}
      value={form[key]}
      onChange={(value) => onChange({ ...form, [key]: Number(value) })}
      min={min}
      max={max}
      allowDecimal={false}
      w={150}
    />
  )
  const text = (label: string, key: 'message' | 'location' | 'event') => (
    <TextInput
      label={label}
      value={form[key]}
      onChange={({ currentTarget }) => onChange({ ...form, [key]: currentTarget.value })}
      style={{ flex: '1 1 200px' }}
      maw={360}
    />
  )
  switch (form.kind) {
    case 'status':
      return (
        <>
          {number('Status', 'status', 400, 599)}
          {text('Message', 'message')}
        </>
      )
    case 'item status':
      return (
        <>
          <Select
            label="Status"
            data={ITEM_STATUSES.map(String)}
            value={String(form.itemStatus)}
            allowDeselect={false}
            onChange={(chosen) =>
              onChange({ ...form, itemStatus: ITEM_STATUSES.find((one) => String(one) === chosen) ?? form.itemStatus })
            }
            w={150}
          />
          {number('Every so many events', 'every', 1, 1000)}
          {text('Only the activity', 'event')}
          {text('Message', 'message')}
        </>
      )
    case 'redirect':
      return text('To', 'location')
    case 'size limit':
      return number('Bytes', 'bytes', 0, 10_000_000)
    case 'delay':
      return number('Milliseconds', 'milliseconds', 0, 600_000)
    default:
      return null
  }
}

function FaultList({ faults }: { faults: readonly Fault[] }) {
  const removing = useMutation({
    mutationFn: (kind: FaultKind | undefined) =>
      read(kind === undefined ? ortto.faults.$delete() : ortto.faults[':kind'].$delete({ param: { kind } }))
  })
  if (faults.length === 0) {
    return <Text size="sm">No fault is switched on.</Text>
  }
  const kinds = [...new Set(faults.map(({ kind }) => kind))]
  return (
    <Alert color="yellow" title="Switched on">
      <Stack gap="xs">
        {kinds.map((kind) => (
          <Group key={kind} gap="sm" justify="space-between">
            <Text size="sm" className="long">
              {faults
                .filter((fault) => fault.kind === kind)
                .map(describeFault)
                .join('; ')}
            </Text>
            <Button variant="default" size="xs" onClick={() => removing.mutate(kind)} aria-label={`Switch off ${kind}`}>
              Switch off
            </Button>
          </Group>
        ))}
        {kinds.length > 1 && (
          <div>
            <Button variant="default" size="xs" onClick={() => removing.mutate(undefined)}>
              Switch all off
            </Button>
          </div>
        )}
        <Failure error={removing.error} />
      </Stack>
    </Alert>
  )
}
