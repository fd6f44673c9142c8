import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** Content with a label above it. */
export function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      {children}
    </div>
  )
}
