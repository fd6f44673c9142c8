import { Alert, Badge, Group, Text } from '@mantine/core'
import type { ShownRequest } from '../../../server/trace'
import { Json, LongText } from '../parts/json'
import { pretty } from '../parts/show'

/** The request in which an event was sent, and its response. */
export function RequestView({ request }: { request: ShownRequest }) {
  const { method, url, headers, count, position, item, response, failure, milliseconds } = request
  const positionText = count === 1 ? 'The only item in this request.' : `Item ${position} of ${count} in this request.`
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
        {positionText}
      </Text>
      <Json value={item} label="The item of this event" />
      {response && (
        <>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              The response
            </Text>
            <Badge variant="default" size="sm">
              {response.status}
            </Badge>
            <Text size="xs" c="dimmed">
              after {milliseconds} ms
            </Text>
          </Group>
          <LongText text={pretty(response.body)} label="The response" />
        </>
      )}
      {failure !== undefined && (
        <Alert color="red" title={`No response after ${milliseconds} ms`}>
          {failure}
        </Alert>
      )}
    </>
  )
}
