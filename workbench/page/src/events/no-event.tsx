import { Stack, Text } from '@mantine/core'
import { WayPicture } from './way-picture'
import type { WayStep } from './way'

const STEPS: readonly WayStep[] = [
  { name: 'Segment', state: 'ok', text: 'delivers the event' },
  { name: 'Mapping', state: 'ok', text: 'makes the payload' },
  { name: 'Request', state: 'ok', text: 'carries a batch' },
  { name: 'Ortto', state: 'ok', text: 'stores each item' }
]

/** What the details will show, before an event is selected. */
export function NoEvent({ text }: { text: string }) {
  return (
    <Stack gap="md" align="center" justify="center" mih={260} px="md">
      <WayPicture steps={STEPS} label="The way of an event" />
      <Text size="sm" c="dimmed" ta="center">
        {text}
      </Text>
    </Stack>
  )
}
