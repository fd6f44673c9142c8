import { Badge } from '@mantine/core'
import type { Outcome } from '../../../../delivery'
import { COLORS } from './show'

/** A result's status and outcome */
export function Status({ status, outcome }: { status: number; outcome: Outcome }) {
  return (
    <Badge color={COLORS[outcome]} variant="light" size="sm" style={{ flexShrink: 0 }} tt="none">
      {status} {outcome}
    </Badge>
  )
}
