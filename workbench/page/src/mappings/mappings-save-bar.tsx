import { Alert, Anchor, Button, Group, Paper, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { Failure } from '../parts/failure'
import type { MappingForm, Problem } from './draft'
import { focusField } from './field-ids'
import type { Editing } from './use-mappings'

/** Buttons to save and discard, and the problems to fix first. Always visible. */
export function MappingsSaveBar({ editing }: { editing: Editing }) {
  const { isChanged, conflict, problems, mappings, save, saving } = editing
  const isShown = isChanged || saving.isSaved
  return (
    <div role="status" style={{ position: 'sticky', bottom: 8, zIndex: 10 }}>
      {isShown && (
        <Paper withBorder shadow="md" p="sm">
          <Stack gap="xs">
            {conflict && <Conflict editing={editing} />}
            {problems.length > 0 && <ProblemList problems={problems} mappings={mappings} />}
            <Failure error={saving.error} />
            {isChanged ? (
              <Group gap="xs">
                <Button
                  onClick={save}
                  loading={saving.isPending}
                  disabled={problems.length > 0 || conflict !== undefined}
                >
                  Save
                </Button>
                <Discard onDiscard={editing.discard} />
                <Text size="sm">
                  {conflict
                    ? 'Choose above which mappings to keep.'
                    : problems.length > 0
                    ? 'Fix the problems to save your changes.'
                    : 'Unsaved changes. Press Ctrl-S to save.'}
                </Text>
              </Group>
            ) : (
              <Text size="sm">Saved. Events are now sent through these mappings.</Text>
            )}
          </Stack>
        </Paper>
      )}
    </div>
  )
}

function Discard({ onDiscard }: { onDiscard: () => void }) {
  const [isAsking, setAsking] = useState(false)
  if (!isAsking) {
    return (
      <Button variant="default" onClick={() => setAsking(true)}>
        Discard
      </Button>
    )
  }
  return (
    <>
      <Button
        color="red"
        onClick={() => {
          setAsking(false)
          onDiscard()
        }}
      >
        Discard all changes
      </Button>
      <Button variant="default" autoFocus onClick={() => setAsking(false)}>
        Cancel
      </Button>
    </>
  )
}

function Conflict({ editing: { conflict = [], keepMine, discard } }: { editing: Editing }) {
  const names = conflict.map((name) => `“${name}”`)
  return (
    <Alert color="orange" title="Other mappings were saved in the meantime" role="alert">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        Another tab or user has changed {names.length > 0 ? names.join(', ') : 'the order of the mappings'} since you
        started. Your changes are not saved.
      </Text>
      <Group gap="xs" mt="xs">
        <Button size="xs" variant="default" onClick={keepMine}>
          Keep my changes
        </Button>
        <Button size="xs" variant="default" onClick={discard}>
          Discard my changes
        </Button>
      </Group>
    </Alert>
  )
}

interface ProblemListProps {
  problems: readonly Problem[]
  mappings: readonly MappingForm[]
}

function ProblemList({ problems, mappings }: ProblemListProps) {
  return (
    <div>
      <Text size="sm" fw={600}>
        Fix {problems.length === 1 ? '1 problem' : `${problems.length} problems`}:
      </Text>
      <ul
        style={{ margin: 0, paddingLeft: 20, maxHeight: '7rem', overflowY: 'auto' }}
        tabIndex={0}
        aria-label="Problems"
      >
        {problems.map(({ index, field, message }, position) => (
          <li key={position}>
            <Text size="sm" c="red" style={{ overflowWrap: 'anywhere' }}>
              {index !== undefined && mappings[index] && (
                <Anchor
                  component={Link}
                  href={`/mappings/${index + 1}#${field ?? 'name'}`}
                  size="sm"
                  onClick={() => requestAnimationFrame(() => focusField(field))}
                >
                  {mappings[index].name.trim() || `Mapping ${index + 1}`}
                </Anchor>
              )}
              {index !== undefined && ': '}
              {message}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  )
}
