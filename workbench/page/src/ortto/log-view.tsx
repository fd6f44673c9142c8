import { Badge, Group, Select, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { LogEntry } from '../../../../sandbox'
import { Json } from '../parts/json'
import { showTime } from '../parts/show'
import { useParameter } from './address'
import { adviceForEntry } from './log-advice'
import { addKeys, describeStatus, filterEntries } from './log-entries'
import { useLog } from './queries'
import { Rows } from './rows'
import { clearButton, Loaded, TextLink, View } from './view'
import { count } from './words'

/** Rejected events and skipped values, each with the reason and advice. */
export function LogView() {
  const log = useLog()
  return (
    <View
      title="Error log"
      intro={
        'Events that Ortto rejected, and values that it skipped while it stored the rest of an event. The log keeps the ' +
        'last 500 entries.'
      }
    >
      <Loaded query={log}>{(entries) => <Log entries={entries} />}</Loaded>
    </View>
  )
}

function Log({ entries }: { entries: readonly LogEntry[] }) {
  const [text, setText] = useParameter('text')
  const [status, setStatus] = useParameter('status')
  const statuses = [...new Set([...entries.map((entry) => String(entry.status)), ...(status === '' ? [] : [status])])]
  const shown = filterEntries(addKeys(entries), text, status)
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
          label="Status"
          placeholder="All"
          data={statuses.sort().map((value) => ({ value, label: `${value} ${describeStatus(Number(value)).text}` }))}
          value={status === '' ? null : status}
          onChange={(chosen) => setStatus(chosen ?? '')}
          clearable
          clearButtonProps={clearButton('Show every status')}
          w={{ base: '100%', xs: 220 }}
        />
      </Group>
      <Text size="sm" aria-live="polite">
        {entries.length === 0
          ? 'Nothing was rejected or skipped.'
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

function Entry({ entry }: { entry: LogEntry }) {
  const [isOpen, setOpen] = useState(false)
  const { time, status, message, item } = entry
  const { text: statusText, color } = describeStatus(status)
  const { text, link } = adviceForEntry(entry)
  return (
    <>
      <Group gap="xs">
        <Badge color={color} variant="light" size="sm" tt="none">
          {status} {statusText}
        </Badge>
        <Text size="xs" c="dimmed">
          {showTime(time)}
        </Text>
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
