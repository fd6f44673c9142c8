import { Badge } from '@mantine/core'
import { meaningOf } from './show'

/** A result's status, and what it means. */
export function Status({ status }: { status: number }) {
  const { word, color } = meaningOf(status)
  return (
    <Badge color={color} variant="light" size="sm" style={{ flexShrink: 0 }} tt="none">
      {status} {word}
    </Badge>
  )
}
