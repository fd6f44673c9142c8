import { Button, Card, FileButton, Group, List, Stack, Text, Textarea, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, read } from '../client'
import { Failure } from '../parts/failure'
import { nameAt, readFile, readMapping } from './draft'
import type { Mapping } from './draft'
import type { Editing } from './use-mappings'

/** Replaces all mappings by the mappings of a file, if they are valid. */
export function ImportPanel({ editing, onDone }: { editing: Editing; onDone: () => void }) {
  const [text, setText] = useState('')
  const checking = useMutation({
    mutationFn: async (pasted: string) => {
      const file = readFile(pasted)
      if (!('value' in file)) {
        throw new Error(file.message)
      }
      return read(api.mappings.check.$post({ json: { mappings: file.value } }))
    },
    onSuccess: ({ mappings }) => {
      if (mappings) {
        editing.change(
          (mappings as readonly Mapping[]).map(readMapping),
          `Imported ${mappings.length} mappings. They are not saved yet.`
        )
        onDone()
      }
    }
  })
  const pick = async (file: File | null) => {
    if (file) {
      const read = await file.text()
      setText(read)
      checking.mutate(read)
    }
  }
  const problems = checking.data?.problems ?? []
  return (
    <Card withBorder padding="sm" component="section" aria-label="Import">
      <Stack gap="xs">
        <Title order={3} size="h5">
          Import a mappings file
        </Title>
        <Text size="sm">The file replaces all mappings on this page. They are not saved until you press Save.</Text>
        <Textarea
          label="Mappings as JSON"
          description="As Export, ortto deliver --mappings, or the API of Segment have them: one mapping, a list, or a whole response"
          value={text}
          onChange={({ currentTarget: { value } }) => {
            setText(value)
            checking.reset()
          }}
          autosize
          minRows={4}
          maxRows={14}
          classNames={{ input: 'value' }}
          spellCheck={false}
        />
        <Group gap="xs">
          <Button onClick={() => checking.mutate(text)} disabled={text.trim() === ''} loading={checking.isPending}>
            Import these mappings
          </Button>
          <FileButton onChange={(file) => void pick(file)} accept="application/json,.json">
            {(props) => (
              <Button variant="default" {...props}>
                Choose a file
              </Button>
            )}
          </FileButton>
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
        </Group>
        <Failure error={checking.error} />
        {problems.length > 0 && (
          <div role="alert">
            <Text size="sm" fw={600}>
              Nothing was imported:
            </Text>
            <List size="sm">
              {problems.map(({ index, message }, position) => (
                <List.Item key={position}>
                  <Text size="sm" c="red" style={{ overflowWrap: 'anywhere' }}>
                    {index !== undefined && `${nameAt(checking.data?.names ?? [], index)}: `}
                    {message}
                  </Text>
                </List.Item>
              ))}
            </List>
          </div>
        )}
      </Stack>
    </Card>
  )
}
