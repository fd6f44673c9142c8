import { Anchor, Button, Group, Table, Text, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import type { AudienceJson } from '../../../../sandbox'
import { ortto, read } from '../client'
import { Copyable } from '../parts/copy'
import { Empty } from '../parts/empty'
import { Failure } from '../parts/failure'
import { ContactLine } from './contacts-view'
import { useAccountChange, useAudiences } from './queries'
import { Rows } from './rows'
import { Loaded, Part, View } from './view'
import { amount, count } from './words'

/** Members that are listed */
const MAX_MEMBERS = '500'

/** One audience with its members. */
export function AudienceView({ id }: { id: string }) {
  const audiences = useAudiences()
  return (
    <Loaded query={audiences}>
      {(all) => {
        const audience = all.find((one) => one.id === id)
        return (
          <View title={audience?.name ?? 'Audience'} intro="The contacts that are members now.">
            <Anchor component={Link} href="/ortto/audiences" size="sm">
              ← All audiences
            </Anchor>
            {audience ? <Members name={audience.name} /> : <Text size="sm">There is no audience with this id.</Text>}
          </View>
        )
      }}
    </Loaded>
  )
}

function Members({ name }: { name: string }) {
  const members = useQuery({
    queryKey: ['ortto', 'members', name],
    queryFn: () => read(ortto.contacts.search.$get({ query: { audience: name, limit: MAX_MEMBERS } })),
    placeholderData: keepPreviousData
  })
  return (
    <Loaded query={members}>
      {({ total, contacts }) => (
        <>
          <Text size="sm">
            {total === 0
              ? 'This audience has no members yet. An event of a mapping that is connected to it adds its contact.'
              : `${count(total, 'member')}${
                  total > contacts.length ? `, the last changed ${contacts.length} of them` : ''
                }.`}
          </Text>
          {contacts.length > 0 && (
            <Rows
              items={contacts}
              keyOf={({ number }) => number}
              label={`Members of ${name}`}
              height={640}
              rowHeight={64}
            >
              {(contact) => <ContactLine contact={contact} search="" />}
            </Rows>
          )}
        </>
      )}
    </Loaded>
  )
}

/** The audiences, and the number of contacts in each. */
export function AudiencesView() {
  const audiences = useAudiences()
  return (
    <View
      title="Audiences"
      intro={
        'A mapping that is connected to an audience adds contacts to it, or removes them. Segment can change only ' +
        'audiences that it created. Names are case-sensitive. A contact that left less than a minute ago re-enters ' +
        'with the daily synchronization, at midnight UTC.'
      }
    >
      <Loaded query={audiences}>
        {(all) => (
          <>
            {all.length === 0 ? (
              <Empty
                text="No audiences yet: connecting a mapping creates one."
                action={{ path: '/mappings/1#onMappingSave', label: 'Connect a mapping' }}
              />
            ) : (
              <AudienceTable audiences={all} />
            )}
            <AddAudience usedNames={all.map(({ name }) => name)} />
          </>
        )}
      </Loaded>
    </View>
  )
}

function AudienceTable({ audiences }: { audiences: readonly AudienceJson[] }) {
  return (
    <Table.ScrollContainer minWidth={620}>
      <Table verticalSpacing={4} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Audience</Table.Th>
            <Table.Th>Created by</Table.Th>
            <Table.Th>Members</Table.Th>
            <Table.Th>Pending additions</Table.Th>
            <Table.Th>Id</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {audiences.map(({ id, name, isFromSegment, members, pendingAdditions }) => (
            <Table.Tr key={id}>
              <Table.Td maw={260}>
                <Anchor component={Link} href={`/ortto/audiences/${id}`} size="sm" fw={600} className="long">
                  {name}
                </Anchor>
              </Table.Td>
              <Table.Td>{isFromSegment ? 'Segment' : 'others (Segment cannot change it)'}</Table.Td>
              <Table.Td>{amount(members)}</Table.Td>
              <Table.Td>{amount(pendingAdditions)}</Table.Td>
              <Table.Td>
                <Copyable text={id} label={`the id of ${name}`} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

function AddAudience({ usedNames }: { usedNames: readonly string[] }) {
  const [typed, setTyped] = useState('')
  const name = typed.trim()
  const problem = usedNames.includes(name) ? 'Another audience has this name.' : undefined
  const change = useAccountChange()
  return (
    <Part
      title="Add an audience that Segment did not create"
      intro={
        'Use this to test a mapping that targets an audience Segment did not create. Segment creates its own audiences ' +
        'when a mapping is connected.'
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (name !== '' && problem === undefined) {
            change.mutate((account) => ({ ...account, otherAudiences: [...account.otherAudiences, name] }), {
              onSuccess: () => setTyped('')
            })
          }
        }}
      >
        <Group gap="xs" align="end">
          <TextInput
            label="Audience name"
            size="xs"
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            error={problem}
            w={260}
          />
          <Button
            type="submit"
            variant="default"
            size="xs"
            loading={change.isPending}
            disabled={name === '' || Boolean(problem)}
          >
            Add audience
          </Button>
        </Group>
      </form>
      <Failure error={change.error} />
    </Part>
  )
}
