import { Title } from '@mantine/core'

/** The mappings, and an editor for each. */
export function MappingsView() {
  return (
    <Title order={2} size="h3">
      Mappings
    </Title>
  )
}
