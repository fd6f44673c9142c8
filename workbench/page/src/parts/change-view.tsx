import { Anchor, Stack, Table, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { BriefContact, Taken } from '../../../../sandbox'
import { changesBetween, showValue } from './show'
import type { Change } from './show'

/** What one item did in Ortto: the contact before and after, the activity, and what was skipped or refused. */
export function ChangeView({ taken }: { taken: Taken }) {
  const { answer, contact, activity, log, ignored } = taken
  return (
    <Stack gap={6}>
      <Text size="xs" c="dimmed">
        Ortto: {answer.status} {answer.message}
      </Text>
      {contact && <ContactChange contact={contact} />}
      {activity && (
        <Text size="sm">
          The activity “{activity.event}” of {activity.timestamp}: {activity.state}. {activity.reason}.
        </Text>
      )}
      {activity && 'attributes' in activity && Object.keys(activity.attributes).length > 0 && (
        <ChangeTable
          changes={Object.entries(activity.attributes).map(([what, value]) => ({ what, after: showValue(value) }))}
        />
      )}
      {log.map(({ message }, index) => (
        <Text key={index} size="sm" c="red" style={{ overflowWrap: 'anywhere' }}>
          {message}
        </Text>
      ))}
      {ignored.length > 0 && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          Ignored, since nothing in Ortto is mapped to it: {showValue(ignored.join(', '))}.
        </Text>
      )}
      {!contact && !activity && log.length === 0 && <Text size="sm">Nothing changed.</Text>}
    </Stack>
  )
}

function ContactChange({ contact }: { contact: NonNullable<Taken['contact']> }) {
  const { before, after, merged, fromBacklog, story } = contact
  const changes = changesBetween(before ? factsOf(before) : new Map(), factsOf(after))
  return (
    <>
      <Text size="sm">
        <Anchor component={Link} href={`/ortto/contacts/${after.number}`} size="sm">
          Contact {after.number}
        </Anchor>{' '}
        {before ? (changes.length > 0 ? 'was changed' : 'stayed as it was') : 'is new'}
        {merged.length > 0 && `; contact ${merged.join(', ')} was merged into it`}
        {fromBacklog.attached > 0 && `; ${fromBacklog.attached} activities that waited for it were attached`}
        {fromBacklog.discarded > 0 && `; ${fromBacklog.discarded} that waited were discarded`}.
      </Text>
      {changes.length > 0 && <ChangeTable changes={changes} hasBefore={before !== undefined} />}
      {story.map((line, index) => (
        <Text key={index} size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {line}
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
          <Table.Th w="34%">What</Table.Th>
          {hasBefore && <Table.Th>Before</Table.Th>}
          <Table.Th>{hasBefore ? 'After' : 'Value'}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changes.map(({ what, before, after }) => (
          <Table.Tr key={what}>
            <Table.Td>
              <Text size="xs" fw={600} style={{ overflowWrap: 'anywhere' }}>
                {what}
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

/** All that is known of a contact, by its name */
function factsOf({ ids, fields, ip, location, audiences, activityCount }: BriefContact): Map<string, unknown> {
  const members = Object.entries(audiences).map(([name, { isMember, isWanted }]) => [
    `Audience ${name}`,
    isMember === isWanted
      ? isMember
        ? 'member'
        : 'not a member'
      : `${isMember ? 'member' : 'not a member'}, until it is synchronized`
  ])
  return new Map<string, unknown>([
    ...ids.map(({ kind, value }): [string, unknown] => [`${kind} ${value}`, 'known']),
    ...Object.entries(fields),
    ['IP address', ip],
    ['Location', location && Object.values(location).join(', ')],
    ...(members as [string, unknown][]),
    ['Activities', activityCount > 0 ? activityCount : undefined]
  ])
}
