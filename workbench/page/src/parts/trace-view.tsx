import { Alert, Badge, Card, Group, Loader, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { FieldOrigin } from '../../../server/origins'
import type { ShownMapping, ShownRequest } from '../../../server/trace'
import { api, read } from '../client'
import { AdviceView } from './advice-view'
import { ChangeView } from './change-view'
import { Failure } from './failure'
import { Json, LongText } from './json'
import { showValue } from './show'
import { Status } from './status'
import { adviceFor, adviceForUntaken } from './what-to-do'

/** One event's whole way: which mappings took it, what they made of it, what was sent and answered, what changed. */
export function TraceView({ id }: { id: string }) {
  const { data, error } = useQuery({
    queryKey: ['trace', id],
    queryFn: () => read(api.traces[':id'].$get({ param: { id } }))
  })
  if (error) {
    return <Failure error={error} />
  }
  if (!data) {
    return <Loader size="sm" aria-label="Loading" />
  }
  const { type, event, user, note, text, mappings } = data
  const taking = mappings.filter(({ takes }) => takes)
  const others = mappings.filter(({ takes }) => !takes)
  return (
    <Stack gap="sm" component="section" aria-label="The way of this event">
      <Title order={2} size="h4" className="cut">
        {[event === undefined ? type : `${type}: ${event}`, user].filter(Boolean).join(' · ') || 'No event'}
      </Title>
      {note !== undefined && (
        <Alert color="gray" title="Not sent">
          {note}
        </Alert>
      )}
      {note !== undefined && <AdviceView advice={adviceForUntaken(data)} />}
      {taking.map((mapping) => (
        <MappingView key={mapping.number} mapping={mapping} />
      ))}
      {others.length > 0 && (
        <Card withBorder padding="sm">
          <Title order={3} size="h6">
            {taking.length > 0 ? 'The other mappings did not take it' : 'No mapping took it'}
          </Title>
          {others.map(({ number, name, why }) => (
            <Text key={number} size="sm">
              <b>{name}</b>: {why}
            </Text>
          ))}
        </Card>
      )}
      <Step title="The event, as it came">
        <LongText text={pretty(text)} label="The event" />
      </Step>
    </Stack>
  )
}

function MappingView({ mapping }: { mapping: ShownMapping }) {
  const { name, why, result, payload = [], request, taken } = mapping
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          {name}
        </Title>
        {result && <Status status={result.status} />}
      </Group>
      {result && (
        <Text size="sm" mb="xs">
          {result.message}{' '}
          {result.errorType && (
            <Text span size="xs" c="dimmed">
              ({result.errorType})
            </Text>
          )}
        </Text>
      )}
      <AdviceView advice={adviceFor(mapping)} />
      <SimpleGrid cols={{ base: 1, lg: 3 }} spacing="md">
        <Stack gap="xs">
          <Step title="1. What the mapping made of it">
            <Text size="xs" c="dimmed">
              It took the event: {why}.
            </Text>
            <PayloadTable fields={payload} />
          </Step>
        </Stack>
        <Stack gap="xs">
          <Step title="2. The request to Ortto">
            {request ? <RequestView request={request} /> : <Text size="sm">Nothing was sent for this event.</Text>}
          </Step>
        </Stack>
        <Stack gap="xs">
          <Step title="3. What changed in Ortto">
            {taken ? <ChangeView taken={taken} /> : <Text size="sm">Nothing: Ortto did not take this event in.</Text>}
          </Step>
        </Stack>
      </SimpleGrid>
    </Card>
  )
}

function RequestView({ request }: { request: ShownRequest }) {
  const { method, url, headers, count, position, item, answer, failure, milliseconds } = request
  const together = count === 1 ? 'It was sent alone.' : `It was number ${position} of ${count} in this request.`
  return (
    <>
      <Text size="xs" className="value">
        {method} {url}
      </Text>
      {Object.entries(headers).map(([name, value]) => (
        <Text key={name} size="xs" c="dimmed" className="value">
          {name}: {value}
        </Text>
      ))}
      <Text size="xs" c="dimmed">
        {together}
      </Text>
      <Json value={item} label="What was sent for this event" />
      {answer && (
        <>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              The answer
            </Text>
            <Badge variant="default" size="sm">
              {answer.status}
            </Badge>
            <Text size="xs" c="dimmed">
              after {milliseconds} ms
            </Text>
          </Group>
          <LongText text={pretty(answer.body)} label="The answer" />
        </>
      )}
      {failure !== undefined && (
        <Alert color="red" title={`No answer after ${milliseconds} ms`}>
          {failure}
        </Alert>
      )}
    </>
  )
}

/** The fields that got something; those that got nothing stand below, for who wants to know why. */
function PayloadTable({ fields }: { fields: readonly FieldOrigin[] }) {
  const filled = fields.filter((field) => hasContent(field, fields))
  const empty = fields.filter((field) => !filled.includes(field))
  return (
    <>
      <PayloadRows fields={filled} />
      {empty.length > 0 && (
        <details>
          <summary>
            <Text span size="xs">
              {empty.length} more got nothing of this event
            </Text>
          </summary>
          <PayloadRows fields={empty} />
        </details>
      )}
    </>
  )
}

/** A group has content when one of its parts has. */
function hasContent({ key, value, from }: FieldOrigin, fields: readonly FieldOrigin[]): boolean {
  return from === 'its parts'
    ? fields.some((part) => part.key.startsWith(`${key}.`) && hasContent(part, fields))
    : value !== undefined && value !== null
}

function PayloadRows({ fields }: { fields: readonly FieldOrigin[] }) {
  return (
    <Table layout="fixed" verticalSpacing={2} horizontalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="32%">Field</Table.Th>
          <Table.Th>Value, and where it came from</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {fields.map((field) => (
          <PayloadRow key={field.key} field={field} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function PayloadRow({ field: { key, label, depth, value, from, because } }: { field: FieldOrigin }) {
  const hasValue = value !== undefined && value !== null
  return (
    <Table.Tr>
      <Table.Td style={{ paddingLeft: 4 + depth * 12, overflowWrap: 'anywhere' }}>
        <Text size="xs" fw={depth === 0 ? 600 : 400} title={key}>
          {label}
        </Text>
      </Table.Td>
      <Table.Td>
        {from !== 'its parts' && (
          <Text className="value" c={hasValue ? undefined : 'dimmed'}>
            {hasValue ? showValue(value) : 'nothing'}
          </Text>
        )}
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {from}
          {because !== undefined && `, since ${because}`}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}

function Step({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap={6}>
      <Title order={4} size="h6">
        {title}
      </Title>
      {children}
    </Stack>
  )
}

/** JSON over several lines; anything else as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
