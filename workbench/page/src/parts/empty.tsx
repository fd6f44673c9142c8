import { Anchor, Paper, Text } from '@mantine/core'
import { Link } from 'wouter'

interface EmptyProps {
  /** What is missing, and what brings it */
  text: string
  action: { path: string; label: string }
}

/** In the place of an empty list: why it is empty, and one thing to do. */
export function Empty({ text, action }: EmptyProps) {
  return (
    <Paper withBorder p="lg" ta="center" bg="var(--quiet)">
      <Text size="sm" role="status">
        {text}
      </Text>
      <Anchor component={Link} href={action.path} size="sm">
        {action.label}
      </Anchor>
    </Paper>
  )
}
