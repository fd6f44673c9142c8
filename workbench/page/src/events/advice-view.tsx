import { Alert, Anchor, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { Advice } from './what-to-do'

/** Advice, with a link to the view for it. */
export function AdviceView({ advice }: { advice: Advice | undefined }) {
  return (
    advice && (
      <Alert color="blue" p="xs" mb="sm">
        <Text size="sm">
          <b>What to do:</b> {advice.text}{' '}
          {advice.link && (
            <Anchor component={Link} href={advice.link.path} size="sm">
              {advice.link.label}
            </Anchor>
          )}
        </Text>
      </Alert>
    )
  )
}
