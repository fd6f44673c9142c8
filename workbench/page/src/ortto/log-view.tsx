import { Badge, Group, Select, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ShownLogEntry } from '../../../server/log'
import { clearButton } from '../parts/clear-button'
import { Empty } from '../parts/empty'
import { Json } from '../parts/json'
import { showTime } from '../parts/show'
import { useParameter } from './address'
import { adviceForEntry } from './log-advice'
import { addKeys, describeEntry, filterEntries } from './log-entries'
import { useAccount, useLogWithEvents } from './queries'
import { Rows } from './rows'
import { Loaded, TextLink, View } from './view'
import { count } from './words'

/** Rejected events and skipped values, each with the reason and advice. */
export function LogView() {
  const log = useLogWithEvents()
  return (
    <View
      title="Error log"
      intro={
        'Events that Ortto rejected, values that it skipped while it stored the rest of an event, and events that were ' +
        'rejected before they were sent. The log of Ortto keeps the last 500 entries.'
      }
    >
      <Loaded query={log}>{(entries) => <Log entries={entries} />}</Loaded>
    </View>
  )
}

function Log({ entries }: { entries: readonly ShownLogEntry[] }) {
  const [text, setText] = useParameter('text')
  const [outcome, setOutcome] = useParameter('outcome')
  const all = entries.map((entry) => describeEntry(entry).text)
  const outcomes = [...new Set([...all, ...(outcome === '' ? [] : [outcome])])]
  const shown = filterEntries(addKeys(entries), text, outcome)
  return (
    <>
      <Group gap="md" align="end">
        <TextInput
          label="Search messages and items"
          type="search"
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          w={{ base: '100%', xs: 320 }}
        />
        <Select
          label="Outcome"
          placeholder="All"
          data={outcomes.sort()}
          value={outcome === '' ? null : outcome}
          onChange={(chosen) => setOutcome(chosen ?? '')}
          clearable
          clearButtonProps={clearButton('Show every outcome')}
          w={{ base: '100%', xs: 240 }}
        />
      </Group>
      {entries.length === 0 && (
        <Empty text="Nothing was rejected or skipped." action={{ path: '/try', label: 'Try an event' }} />
      )}
      <Text size="sm" aria-live="polite">
        {entries.length === 0
          ? ''
          : shown.length === entries.length
          ? `${count(entries.length, 'entry', 'entries')}, the newest first.`
          : `${shown.length} of ${count(entries.length, 'entry', 'entries')}.`}
      </Text>
      {shown.length > 0 && (
        <Rows items={shown} keyOf={({ key }) => key} label="Error log" height={640} rowHeight={96}>
          {({ entry }) => <Entry entry={entry} />}
        </Rows>
      )}
    </>
  )
}

function Entry({ entry }: { entry: ShownLogEntry }) {
  const [isOpen, setOpen] = useState(false)
  const { time, message, item, event } = entry
  const { data: account } = useAccount()
  const { text: outcome, color } = describeEntry(entry)
  const { text, link } = adviceForEntry(
    entry,
    account?.activities.map(({ name }) => name)
  )
  return (
    <>
      <Group gap="xs">
        <Badge color={color} variant="light" size="sm" tt="none">
          {outcome}
        </Badge>
        <Text size="xs" c="dimmed">
          {showTime(time)}
        </Text>
        {event && (
          <Text size="xs">
            <TextLink href={`/${event.view}/${event.id}`}>Open the event</TextLink>
          </Text>
        )}
      </Group>
      <Text size="sm" className="long">
        {message}
      </Text>
      <Text size="xs" c="dimmed">
        {text} {link && <TextLink href={link.path}>{link.label}</TextLink>}
      </Text>
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary className="small">The item</summary>
        {isOpen && <Json value={item} label="The item" />}
      </details>
    </>
  )
}
