import { Badge } from '@mantine/core'
import type { TraceSummary } from '../../../server/trace'
import { COLORS, showOutcome } from './show'

/** A result's status and outcome */
export function Status({
  result
}: {
  result: Pick<TraceSummary['results'][number], 'status' | 'outcome' | 'isRetryable'>
}) {
  const outcome = showOutcome(result)
  return (
    <Badge color={COLORS[outcome]} variant="light" size="sm" style={{ flexShrink: 0 }} tt="none">
      {result.status} {outcome}
    </Badge>
  )
}
