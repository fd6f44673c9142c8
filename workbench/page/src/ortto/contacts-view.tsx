import { Anchor, Badge, Group, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { ContactSummary } from '../../../../sandbox'
import { ortto, read } from '../client'
import { Empty } from '../parts/empty'
import { showTime, showValue } from '../parts/show'
import { useParameter } from './address'
import { titleOf } from './contact-title'
import { Rows } from './rows'
import { Loaded, View } from './view'
import { amount, count } from './words'

/** The number of contacts that are shown. The search finds the others. */
const LIMIT = '500'

/** The contacts, the last changed first. */
export function ContactsView() {
  const [search, setSearch] = useParameter('search')
  const [text] = useDebouncedValue(search, 200)
  const contacts = useQuery({
    queryKey: ['ortto', 'contacts', text],
    queryFn: () => read(ortto.contacts.search.$get({ query: { text, limit: LIMIT } })),
    placeholderData: keepPreviousData
  })
  return (
    <View
      title="Contacts"
      intro={
        'The people in your events. Events are matched to contacts by unique identifier, user ID or anonymous ID. An ' +
        'identify event with no match creates a contact.'
      }
    >
      <TextInput
        label="Search ids and fields"
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        type="search"
        w={{ base: '100%', xs: 320 }}
      />
      <Loaded query={contacts}>
        {({ total, contacts: shown }) => (
          <>
            {total === 0 && text === '' ? (
              <Empty
                text="No contacts yet: an identify event creates one."
                action={{ path: '/try', label: 'Try an event' }}
              />
            ) : (
              <Text size="sm" aria-live="polite">
                {describeCount(total, shown.length, text)}
              </Text>
            )}
            {shown.length > 0 && (
              <Rows items={shown} keyOf={({ number }) => number} label="Contacts" height={640} rowHeight={64}>
                {(contact) => <ContactLine contact={contact} search={search} />}
              </Rows>
            )}
          </>
        )}
      </Loaded>
    </View>
  )
}

function describeCount(total: number, shown: number, text: string): string {
  if (total === 0) {
    return 'No contact contains this text.'
  }
  const all = `${count(total, 'contact')}${text === '' ? '' : ' found'}`
  return total > shown ? `${all}; showing the ${amount(shown)} that changed last.` : `${all}.`
}

/** A contact in a list. @param search the search that led to it, to which its page links back */
export function ContactLine({ contact, search }: { contact: ContactSummary; search: string }) {
  const { number, ids, fields, audiences, changedAt, activityCount } = contact
  const members = Object.entries(audiences).filter(([, { isMember }]) => isMember)
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <Anchor
          component={Link}
          href={hrefOfContact(number, search)}
          size="sm"
          fw={600}
          className="cut"
          maw="60%"
          style={{ flexShrink: 0 }}
        >
          {titleOf(contact)}
        </Anchor>
        <Text size="sm" c="dimmed" className="cut" style={{ flex: 1 }}>
          {[`contact ${number}`, ...ids.map(({ value }) => value)].join(', ')}
        </Text>
        {members.slice(0, 3).map(([name]) => (
          <Badge key={name} variant="default" size="sm" tt="none" maw={140} visibleFrom="xs">
            {name}
          </Badge>
        ))}
        <Text size="xs" c="dimmed" style={{ flexShrink: 0 }} visibleFrom="xs">
          {count(activityCount, 'activity', 'activities')}
        </Text>
        <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>
          {showTime(changedAt)}
        </Text>
      </Group>
      <div className="value cut">
        {Object.entries(fields)
          .slice(0, 8)
          .map(([name, value]) => `${name}: ${showValue(value)}`)
          .join(', ') || 'no fields'}
      </div>
    </>
  )
}

function hrefOfContact(number: number, search: string): string {
  return `/ortto/contacts/${number}${search === '' ? '' : `?search=${encodeURIComponent(search)}`}`
}
