import { Anchor, Badge, Group, SimpleGrid, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ContactJson } from '../../../../sandbox'
import { ortto, read } from '../client'
import { showTime, showValue } from '../parts/show'
import { ActivityLine } from './activities-view'
import { useParameter } from './address'
import { titleOf } from './contact-title'
import { useUpdates } from './queries'
import { Rows } from './rows'
import { timelineOf } from './timeline'
import type { TimelineEntry } from './timeline'
import { Loaded, Part, TextLink, View } from './view'
import { count } from './words'

/** One contact: its fields, audiences, activities and history. */
export function ContactView({ number }: { number: string }) {
  const [search] = useParameter('search')
  const contact = useQuery({
    queryKey: ['ortto', 'contact', number],
    queryFn: () => read(ortto.contacts[':number'].$get({ param: { number } })),
    placeholderData: keepPreviousData
  })
  return (
    <View
      title={contact.data ? titleOf(contact.data) : `Contact ${number}`}
      intro="Everything that Ortto stores about this person, and the events that it comes from."
    >
      <Anchor
        component={Link}
        href={search === '' ? '/ortto/contacts' : `/ortto/contacts?search=${encodeURIComponent(search)}`}
        size="sm"
      >
        ← All contacts
      </Anchor>
      <Loaded query={contact}>{(loaded) => <Contact contact={loaded} />}</Loaded>
    </View>
  )
}

function Contact({ contact }: { contact: ContactJson }) {
  const { ids, fields, ip, location, audiences } = contact
  const { data: updates = [] } = useUpdates(String(contact.number))
  const entries = timelineOf(contact, updates).map((entry, index, all) => ({ entry, number: all.length - index }))
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Part title="Ids and fields">
          <Facts
            facts={[
              ['contact', contact.number],
              ...ids.map(({ kind, value }): [string, ReactNode] => [kind, value]),
              ...Object.entries(fields).map(([name, value]): [string, ReactNode] => [name, showValue(value)]),
              ...Object.entries(location ?? {}).map(([name, value]): [string, ReactNode] => [
                `location: ${name.replace('_', ' ')}`,
                value
              ]),
              ...(ip === undefined ? [] : ([['IP address', ip]] as [string, ReactNode][]))
            ]}
          />
        </Part>
        <Part title="Audiences">
          {Object.keys(audiences).length === 0 ? (
            <Text size="sm">No audiences yet.</Text>
          ) : (
            <Memberships audiences={audiences} />
          )}
        </Part>
      </SimpleGrid>
      <Part
        title="Timeline"
        intro={
          'Newest first, in UTC. Activities are sorted by their timestamp, which may be older than the contact. The ' +
          'events that set fields are shown since the workbench was started.'
        }
      >
        <Text size="sm">{count(entries.length, 'entry', 'entries')}.</Text>
        <Rows items={entries} keyOf={(item) => item.number} label="Timeline" height={520} rowHeight={44}>
          {({ entry }) => <TimelineLine entry={entry} />}
        </Rows>
      </Part>
    </>
  )
}

function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <Table layout="fixed" verticalSpacing={3} withTableBorder>
      <Table.Tbody>
        {facts.map(([name, value], index) => (
          <Table.Tr key={index}>
            <Table.Th w="36%" scope="row">
              <Text size="xs" fw={600} className="long">
                {name}
              </Text>
            </Table.Th>
            <Table.Td>
              <span className="value">{value}</span>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Memberships({ audiences }: Pick<ContactJson, 'audiences'>) {
  return (
    <Table verticalSpacing={3} withTableBorder>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Audience</Table.Th>
          <Table.Th>Now</Table.Th>
          <Table.Th>Last update</Table.Th>
          <Table.Th>Left</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {Object.entries(audiences).map(([name, { isMember, isWanted, updatedAt, leftAt }]) => (
          <Table.Tr key={name}>
            <Table.Td>
              <Text size="sm" className="long">
                {name}
              </Text>
            </Table.Td>
            <Table.Td>
              <Badge color={isMember ? 'teal' : 'gray'} variant="light" size="sm" tt="none" miw="max-content">
                {isMember ? 'member' : 'not a member'}
              </Badge>
            </Table.Td>
            <Table.Td>
              <Text size="xs">
                {isWanted ? 'add' : 'remove'}, {showMilliseconds(updatedAt)}
                {isWanted && !isMember && '; added by the next daily synchronization'}
              </Text>
            </Table.Td>
            <Table.Td>
              <Text size="xs">{leftAt === undefined ? '–' : showMilliseconds(leftAt)}</Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

/** @param time milliseconds since 1970 */
function showMilliseconds(time: number): string {
  return showTime(new Date(time).toISOString())
}

function TimelineLine({ entry: { time, text, activity, update } }: { entry: TimelineEntry }) {
  if (activity) {
    return <ActivityLine activity={activity} />
  }
  return (
    <Group gap="xs" align="baseline" wrap="nowrap">
      <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>
        {showTime(time)}
      </Text>
      <Text size="sm" className="long">
        {text}
        {update?.set.map(([name, value], index) => (
          <span key={name}>
            {index === 0 ? ' ' : ', '}
            {name}: <span className="value">{showValue(value)}</span>
          </span>
        ))}
        {update && '. '}
        {update?.event && <TextLink href={`/${update.event.view}/${update.event.id}`}>Open the event</TextLink>}
      </Text>
    </Group>
  )
}
