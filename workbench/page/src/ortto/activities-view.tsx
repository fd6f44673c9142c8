import { Anchor, Badge, Button, Group, Select, Table, Text, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { ActivityJson } from '../../../../sandbox'
import { DEFAULT_RETENTION_DAYS } from '../../../../sandbox/rules'
import { ortto, read } from '../client'
import { showTime, showValue } from '../parts/show'
import { showPlace } from '../events/show-place'
import type { ActivityMapping } from './account'
import { ActivityEditor } from './activity-editor'
import { withActivity } from './activity-setup'
import { useParameter } from './address'
import { pathOfActivity } from './log-advice'
import { useAccount, useAccountChange, useSamples } from './queries'
import { Rows } from './rows'
import { placeIn, propertiesIn } from './samples'
import { draftsOf } from './use-draft'
import { Loaded, Part, SaveBar, TextLink, View } from './view'
import { amount, count } from './words'

/** The mapped activities, and the activities that Ortto stored. */
export function ActivitiesView() {
  const account = useAccount()
  const samples = useSamples()
  return (
    <View
      title="Activities"
      intro={
        'A track event is stored as an activity if its name is mapped here. Other track events get 422. Mapped properties ' +
        'are converted to the types of the activity’s attributes. Other properties are ignored.'
      }
    >
      <Loaded query={samples}>
        {(seen) => (
          <Loaded query={account}>{({ activities }) => <Editor saved={activities} samples={seen.activities} />}</Loaded>
        )}
      </Loaded>
      <Latest />
    </View>
  )
}

interface EditorProps {
  saved: ActivityMapping[]
  /** By the activity's name, the most recent last */
  samples: Record<string, readonly unknown[]>
}

const useDraft = draftsOf<ActivityMapping[]>()

function Editor({ saved, samples }: EditorProps) {
  const draft = useDraft(saved)
  const { value: activities, set } = draft
  const change = useAccountChange()
  const [opened] = useParameter('activity')
  const [, open] = useLocation()
  const seen = new Map(Object.entries(samples))
  const activity = activities.find(({ name }) => name === opened)
  const add = (name: string) => {
    set([...activities, { name, retentionDays: DEFAULT_RETENTION_DAYS, attributes: {} }])
    open(pathOfActivity(name))
  }

  return (
    <>
      <Part title="Mapped activities">
        {activities.length === 0 ? (
          <Text size="sm">No activities are mapped: every track event gets 422, “No mappings configured”.</Text>
        ) : (
          <ActivityTable activities={activities} opened={opened} />
        )}
        <AddActivity mapped={activities.map(({ name }) => name)} seen={[...seen.keys()].reverse()} onAdd={add} />
      </Part>
      {activity && (
        <ActivityEditor
          key={activity.name}
          activity={activity}
          seen={propertiesIn(seen.get(activity.name) ?? [])}
          place={placeIn(seen.get(activity.name) ?? [])}
          onChange={(changed) => set(withActivity(activities, changed))}
          onRemove={() => {
            set(activities.filter(({ name }) => name !== activity.name))
            open(pathOfActivity())
          }}
        />
      )}
      {!activity && opened !== '' && (
        <Group gap="sm">
          <Text size="sm" className="long">
            “{opened}” is not mapped.
          </Text>
          <Button size="xs" onClick={() => add(opened)}>
            Map it
          </Button>
        </Group>
      )}
      <SaveBar
        draft={draft}
        change={change}
        onSave={() =>
          change.mutate((account) => ({ ...account, activities }), { onSuccess: () => draft.settle(activities) })
        }
      />
    </>
  )
}

function ActivityTable({ activities, opened }: { activities: readonly ActivityMapping[]; opened: string }) {
  return (
    <Table.ScrollContainer minWidth={0}>
      <Table verticalSpacing={4} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Activity</Table.Th>
            <Table.Th>Retention</Table.Th>
            <Table.Th>Attributes</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {activities.map(({ name, retentionDays, attributes }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Anchor
                  component={Link}
                  href={pathOfActivity(name)}
                  size="sm"
                  fw={600}
                  className="long"
                  aria-current={name === opened ? 'true' : undefined}
                >
                  {name}
                </Anchor>
              </Table.Td>
              <Table.Td>{retentionDays === 'for ever' ? 'for ever' : count(retentionDays, 'day')}</Table.Td>
              <Table.Td>{Object.keys(attributes).length}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

interface AddActivityProps {
  mapped: readonly string[]
  /** The names of recent activities, newest first */
  seen: readonly string[]
  onAdd: (name: string) => void
}

/** Adds an activity that was received, or one that is entered manually. */
function AddActivity({ mapped, seen, onAdd }: AddActivityProps) {
  const [typed, setTyped] = useState('')
  const unmapped = seen.filter((name) => !mapped.includes(name))
  const name = typed.trim()
  const problem = mapped.includes(name) ? 'This activity is already mapped.' : undefined
  return (
    <Group gap="md" align="end">
      <Select
        label="Add a received activity"
        placeholder={
          unmapped.length > 0 ? `Search ${count(unmapped.length, 'name')}` : 'All received activities are mapped'
        }
        disabled={unmapped.length === 0}
        data={unmapped}
        value={null}
        onChange={(chosen) => chosen !== null && onAdd(chosen)}
        searchable
        limit={100}
        size="xs"
        w={{ base: '100%', xs: 280 }}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (name !== '' && problem === undefined) {
            onAdd(name)
            setTyped('')
          }
        }}
      >
        <Group gap="xs" align="end">
          <TextInput
            label="Enter manually"
            placeholder="For example Order completed"
            size="xs"
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            error={problem}
            w={220}
          />
          <Button type="submit" variant="default" size="xs" disabled={name === '' || problem !== undefined}>
            Add activity
          </Button>
        </Group>
      </form>
    </Group>
  )
}

/** The number of activities that are shown */
const LIMIT = '500'

function Latest() {
  const newest = useQuery({
    queryKey: ['ortto', 'activities'],
    queryFn: () => read(ortto.activities.newest.$get({ query: { limit: LIMIT } })),
    placeholderData: keepPreviousData
  })
  return (
    <Part
      title="Latest activities"
      intro={
        <>
          Activities that Ortto stored, and whether it found their contact. Rejected activities are in the{' '}
          <TextLink href="/ortto/log">error log</TextLink>.
        </>
      }
    >
      <Loaded query={newest}>
        {({ total, activities }) => (
          <>
            <Text size="sm">
              {total > activities.length
                ? `The newest ${amount(activities.length)} of ${count(total, 'activity', 'activities')}.`
                : `${count(total, 'activity', 'activities')}.`}
            </Text>
            {activities.length > 0 && (
              <Rows
                items={activities.map((activity, index) => ({ activity, number: total - index }))}
                keyOf={({ number }) => number}
                label="Latest activities"
                height={420}
                rowHeight={62}
              >
                {({ activity }) => <ActivityLine activity={activity} />}
              </Rows>
            )}
          </>
        )}
      </Loaded>
    </Part>
  )
}

const STATE_COLORS: Record<ActivityJson['state'], string> = { attached: 'teal', waiting: 'yellow', discarded: 'red' }

/** An activity, with its state and the reason. */
export function ActivityLine({ activity }: { activity: ActivityJson }) {
  const { event, timestamp, ids, state, reason, attributes } = activity
  const place = showPlace(activity)
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>
          {showTime(timestamp)}
        </Text>
        <Text size="sm" fw={600} className="cut" style={{ flex: '0 1 auto' }}>
          {event}
        </Text>
        <Text size="xs" c="dimmed" className="cut" style={{ flex: 1 }}>
          {ids.map(({ value }) => value).join(', ')}
        </Text>
        <Badge color={STATE_COLORS[state]} variant="light" size="sm" tt="none" style={{ flexShrink: 0 }}>
          {state}
        </Badge>
      </Group>
      {Object.keys(attributes).length > 0 && (
        <div className="value cut">
          {Object.entries(attributes)
            .map(([name, value]) => `${name}: ${showValue(value)}`)
            .join(', ')}
        </div>
      )}
      <Text size="xs" className="long">
        {place !== undefined && <>Where it happened: {place}. </>}
        {reason}.
      </Text>
    </>
  )
}
