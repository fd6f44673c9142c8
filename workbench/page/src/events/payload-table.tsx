import { Anchor, Table, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { FieldOrigin } from '../../../server/origins'
import { showValue } from '../parts/show'

interface PayloadTableProps {
  fields: readonly FieldOrigin[]
  /** The number of the mapping, from 1 */
  mapping: number
}

/** The fields with a value. Fields without a value can be expanded below, with the reason. */
export function PayloadTable({ fields, mapping }: PayloadTableProps) {
  const filled = fields.filter((field) => hasContent(field, fields))
  const empty = fields.filter((field) => !filled.includes(field))
  return (
    <>
      <PayloadRows fields={filled} mapping={mapping} />
      {empty.length > 0 && (
        <details>
          <summary>
            <Text span size="xs">
              {empty.length === 1 ? '1 field' : `${empty.length} fields`} without a value for this event
            </Text>
          </summary>
          <PayloadRows fields={empty} mapping={mapping} />
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

function PayloadRows({ fields, mapping }: PayloadTableProps) {
  return (
    <Table layout="fixed" verticalSpacing={2} horizontalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="32%">Field</Table.Th>
          <Table.Th>Value and source</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {fields.map((field) => (
          <PayloadRow key={field.key} field={field} mapping={mapping} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

function PayloadRow({ field, mapping }: { field: FieldOrigin; mapping: number }) {
  const { key, label, depth, value, from, because } = field
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
            {hasValue ? showValue(value) : 'no value'}
          </Text>
        )}
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {from}
          {because !== undefined && `, because ${because}`}
          {depth === 0 && (
            <>
              {' · '}
              <Anchor component={Link} href={`/mappings/${mapping}#${key}`} inherit aria-label={`Change ${label}`}>
                change
              </Anchor>
            </>
          )}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}
