import { Anchor, Badge, Group, SimpleGrid, Table, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { ShownContact } from '../../../../sandbox'
import { ortto, read } from '../client'
import { showTime, showValue } from '../parts/show'
import { ActivityLine } from './activities-view'
import { useParameter } from './address'
import { Rows } from './rows'
import { timelineOf } from './timeline'
import type { Moment } from './timeline'
import { Loaded, Part, View } from './view'
import { count } from './words'

/** One contact: what Ortto knows of it, and how that came about. */
export function ContactView({ number }: { number: string }) {
  const [search] = useParameter('search')
  const contact = useQuery({
    queryKey: ['ortto', 'contact', number],
    queryFn: () => read(ortto.contacts[':number'].$get({ param: { number } })),
    placeholderData: keepPreviousData
  })
  return (
    <View title={`Contact ${number}`} intro="What Ortto knows of this person, and how each event brought it about.">
      <Anchor
        component={Link}
        href={search === '' ? '/ortto/contacts' : `/ortto/contacts?search=${encodeURIComponent(search)}`}
        size="sm"
      >
        ← All contacts
      </Anchor>
      <Loaded query={contact}>{(known) => <Known contact={known} />}</Loaded>
    </View>
  )
}

function Known({ contact }: { contact: ShownContact }) {
  const { ids, fields, ip, location, audiences } = contact
  const moments = timelineOf(contact).map((moment, index, all) => ({ moment, number: all.length - index }))
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Part title="Ids and fields">
          <Facts
            facts={[
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
            <Text size="sm">It has never been in an audience.</Text>
          ) : (
            <Memberships audiences={audiences} />
          )}
        </Part>
      </SimpleGrid>
      <Part
        title="Timeline"
        intro="Newest first, in UTC. An activity stands at its own timestamp, which may be before the contact was known."
      >
        <Text size="sm">{count(moments.length, 'entry', 'entries')}.</Text>
        <Rows items={moments} keyOf={(item) => item.number} label="Timeline" height={520} rowHeight={44}>
          {({ moment }) => <MomentLine moment={moment} />}
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

function Memberships({ audiences }: Pick<ShownContact, 'audiences'>) {
  return (
    <Table verticalSpacing={3} withTableBorder>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Audience</Table.Th>
          <Table.Th>Now</Table.Th>
          <Table.Th>Last asked for</Table.Th>
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
                {isWanted ? 'in' : 'out'}, {showMilliseconds(updatedAt)}
                {isWanted && !isMember && '; the daily synchronization will let it in'}
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

function MomentLine({ moment: { time, text, activity } }: { moment: Moment }) {
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
      </Text>
    </Group>
  )
}
