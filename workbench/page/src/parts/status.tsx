import { Badge } from '@mantine/core'
import type { Meaning } from '../../../server/trace'
import { COLORS } from './show'

/** A result's status, and what it means. */
export function Status({ status, meaning }: { status: number; meaning: Meaning }) {
  return (
    <Badge color={COLORS[meaning]} variant="light" size="sm" style={{ flexShrink: 0 }} tt="none">
      {status} {meaning}
    </Badge>
  )
}
