import { Anchor, Stack, Table, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { ContactSummary, ProcessedItem } from '../../../../sandbox'
import { changesBetween, showValue } from '../parts/show'
import type { Change } from '../parts/show'
import { showPlace } from './show-place'

/** What one item changed in Ortto: the contact before and after, the activity, and the entries of the error log. */
export function ChangeView({ processed }: { processed: ProcessedItem }) {
  const { result, contact, activity, log, unmapped } = processed
  // The entry about the item itself has the message of its result.
  const others = log.filter(({ message }) => message !== result.message)
  const place = activity && 'attributes' in activity ? showPlace(activity) : undefined
  return (
    <Stack gap={6}>
      <Text size="xs" c="dimmed">
        Ortto: {result.status} {result.message}
      </Text>
      {contact && <ContactChange contact={contact} />}
      {activity && (
        <Text size="sm">
          Activity “{activity.event}” at {activity.timestamp}: {activity.state}. {activity.reason}.
          {place !== undefined && ` Where it happened: ${place}.`}
        </Text>
      )}
      {activity && 'attributes' in activity && Object.keys(activity.attributes).length > 0 && (
        <ChangeTable
          changes={Object.entries(activity.attributes).map(([name, value]) => ({ name, after: showValue(value) }))}
        />
      )}
      {others.map(({ message }, index) => (
        <Text key={index} size="sm" c="red" style={{ overflowWrap: 'anywhere' }}>
          {message}
        </Text>
      ))}
      {log.length > 0 && (
        <Anchor component={Link} href={`/ortto/log?text=${encodeURIComponent(log[0].message)}`} size="xs">
          See it in the error log
        </Anchor>
      )}
      {unmapped.length > 0 && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          Ignored, because Ortto has no mapping for it: {showValue(unmapped.join(', '))}.
        </Text>
      )}
      {!contact && !activity && log.length === 0 && <Text size="sm">Nothing changed.</Text>}
    </Stack>
  )
}

function ContactChange({ contact }: { contact: NonNullable<ProcessedItem['contact']> }) {
  const { before, after, merged, fromBacklog, history } = contact
  const changes = changesBetween(before ? factsOf(before) : new Map(), factsOf(after))
  return (
    <>
      <Text size="sm">
        <Anchor component={Link} href={`/ortto/contacts/${after.number}`} size="sm">
          Contact {after.number}
        </Anchor>{' '}
        {before ? (changes.length > 0 ? 'changed' : 'did not change') : 'was created'}
        {merged.length > 0 && `; contact ${merged.join(', ')} was merged into it`}
        {fromBacklog.attached > 0 && `; ${fromBacklog.attached} waiting activities were attached`}
        {fromBacklog.discarded > 0 && `; ${fromBacklog.discarded} waiting activities were discarded`}.
      </Text>
      {changes.length > 0 && <ChangeTable changes={changes} hasBefore={before !== undefined} />}
      {history.map(({ text }, index) => (
        <Text key={index} size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {text}
        </Text>
      ))}
    </>
  )
}

function ChangeTable({ changes, hasBefore = false }: { changes: readonly Change[]; hasBefore?: boolean }) {
  return (
    <Table layout="fixed" verticalSpacing={2} horizontalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="34%">Name</Table.Th>
          {hasBefore && <Table.Th>Before</Table.Th>}
          <Table.Th>{hasBefore ? 'After' : 'Value'}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changes.map(({ name, before, after }) => (
          <Table.Tr key={name}>
            <Table.Td>
              <Text size="xs" fw={600} style={{ overflowWrap: 'anywhere' }}>
                {name}
              </Text>
            </Table.Td>
            {hasBefore && (
              <Table.Td>
                <span className="value">{before ?? '–'}</span>
              </Table.Td>
            )}
            <Table.Td>
              <span className="value">{after ?? '–'}</span>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** The parts of a contact, by their names. */
function factsOf({ ids, fields, ip, location, audiences, activityCount }: ContactSummary): Map<string, unknown> {
  const members = Object.entries(audiences).map(([name, { isMember, isWanted }]) => [
    `Audience ${name}`,
    isMember === isWanted
      ? isMember
        ? 'member'
        : 'not a member'
      : `${isMember ? 'member' : 'not a member'} until the daily sync`
  ])
  return new Map<string, unknown>([
    ...ids.map(({ kind, value }): [string, unknown] => [`${kind} ${value}`, 'linked']),
    ...Object.entries(fields),
    ['IP address', ip],
    ['Location', location && Object.values(location).join(', ')],
    ...(members as [string, unknown][]),
    ['Activities', activityCount > 0 ? activityCount : undefined]
  ])
}
