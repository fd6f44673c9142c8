import { Badge } from '@mantine/core'
import type { ShownMapping, ResultSummary } from '../../../server/trace'
import { COLORS, showOutcome } from '../parts/show'

type ShownResult = Pick<NonNullable<ShownMapping['result']>, 'status' | 'outcome' | 'isRetryable'> &
  Partial<Pick<ResultSummary, 'skippedCount' | 'mapping'>>

/** A result's status and outcome, such as `422 rejected` or `200, 1 skipped`. */
export function Status({ result }: { result: ShownResult }) {
  const { status, skippedCount = 0, mapping } = result
  const outcome = showOutcome(result)
  return (
    <Badge color={COLORS[outcome]} variant="light" size="sm" style={{ flexShrink: 0 }} tt="none" title={mapping}>
      {outcome === 'skipped' ? `${status}, ${skippedCount} skipped` : `${status} ${outcome}`}
    </Badge>
  )
}
