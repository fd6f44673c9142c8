import { Anchor, Loader, Stack, Text, Title } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { Link, useParams } from 'wouter'
import { Failure } from '../parts/failure'
import { useSetup } from '../parts/use-setup'
import { MappingEditor } from './mapping-editor'
import { MappingsList } from './mappings-list'
import { MappingsSaveBar } from './mappings-save-bar'
import { useEditing, useStoredMappings } from './use-mappings'
import type { StoredMappings } from './use-mappings'
import type { Setup } from './setup'

/** The mappings, and an editor for each. */
export function MappingsView() {
  const setup = useSetup()
  const stored = useStoredMappings()
  if (setup.error ?? stored.error) {
    return <Failure error={setup.error ?? stored.error} />
  }
  return setup.data && stored.data ? (
    <Loaded setup={setup.data} stored={stored.data} />
  ) : (
    <Loader size="sm" aria-label="Loading" />
  )
}

function Loaded({ setup, stored }: { setup: Setup; stored: StoredMappings }) {
  const { number } = useParams<{ number?: string }>()
  const editing = useEditing(stored)
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
