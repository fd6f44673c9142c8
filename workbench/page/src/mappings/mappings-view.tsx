import { Anchor, Loader, Stack, Text, Title } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { Link, useParams } from 'wouter'
import { Failure } from '../parts/failure'
import { useSetup } from '../parts/use-setup'
import { MappingEditor } from './mapping-editor'
import { MappingsList } from './mappings-list'
import { MappingsSaveBar } from './mappings-save-bar'
import { useEditing, useHeld } from './use-mappings'
import type { Held } from './use-mappings'
import type { Setup } from './setup'

/** The mappings, and an editor for each. */
export function MappingsView() {
  const setup = useSetup()
  const held = useHeld()
  if (setup.error ?? held.error) {
    return <Failure error={setup.error ?? held.error} />
  }
  return setup.data && held.data ? (
    <Loaded setup={setup.data} held={held.data} />
  ) : (
    <Loader size="sm" aria-label="Loading" />
  )
}

function Loaded({ setup, held }: { setup: Setup; held: Held }) {
  const { number } = useParams<{ number?: string }>()
  const editing = useEditing(held)
  useHotkeys([['mod+S', editing.save]], [])
  const index = Number(number) - 1
  return (
    <Stack gap="md">
      {number === undefined ? (
        <MappingsList setup={setup} editing={editing} />
      ) : index in editing.mappings ? (
        <MappingEditor key={index} setup={setup} editing={editing} index={index} />
      ) : (
        <NoMapping number={number} />
      )}
      <MappingsSaveBar editing={editing} />
    </Stack>
  )
}

function NoMapping({ number }: { number: string }) {
  return (
    <>
      <Title order={2} size="h3">
        Mappings
      </Title>
      <Text>
        There is no mapping {number}.{' '}
        <Anchor component={Link} href="/mappings">
          All mappings
        </Anchor>
      </Text>
    </>
  )
}
