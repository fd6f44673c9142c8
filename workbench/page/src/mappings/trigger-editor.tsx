import { Anchor, Button, Card, Group, SegmentedControl, Stack, Text, Textarea, Title } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { idOfField } from './field-ids'
import { addCondition, CONDITIONS, isReadOtherwise } from './trigger'
import type { Preview } from './use-preview'

interface TriggerEditorProps {
  trigger: string
  onChange: (trigger: string) => void
  problem?: string
  preview?: Preview
  events: readonly object[]
}

/** Which events a mapping matches. */
export function TriggerEditor({ trigger, onChange, problem, preview, events }: TriggerEditorProps) {
  const readAs = preview?.readAs
  return (
    <Card withBorder padding="md" component="section" aria-label="Trigger">
      <Stack gap="xs">
        <Title order={3} size="h5">
          Trigger
        </Title>
        <div id={idOfField('subscribe')}>
          <Textarea
            label="Which events it matches"
            description="A condition in FQL, Segment’s filter language"
            value={trigger}
            onChange={({ currentTarget: { value } }) => onChange(value)}
            error={problem}
            autosize
            minRows={1}
            maxRows={8}
            spellCheck={false}
            classNames={{ input: 'value' }}
          />
        </div>
        {problem === undefined && readAs !== undefined && isReadOtherwise(trigger, readAs) && (
          <Text size="sm" c="orange" fw={600} style={{ overflowWrap: 'anywhere' }}>
            Segment’s library reads it as: <code className="value">{readAs}</code>
          </Text>
        )}
        {problem === undefined && <MatchResult preview={preview} events={events} />}
        <Blocks trigger={trigger} onChange={onChange} />
      </Stack>
    </Card>
  )
}

/** Whether the trigger matches the previewed event, and why. */
function MatchResult({ preview, events }: Pick<TriggerEditorProps, 'preview' | 'events'>) {
  const event = preview?.event === undefined ? undefined : events[preview.event]
  if (!event || !preview?.trigger) {
    return null
  }
  const { matches, why } = preview.trigger
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }} aria-live="polite">
      <b>{matches ? 'Matches' : 'Does not match'}</b> the event “{nameOf(event)}”: {why}. The results below are for this
      event.{' '}
      <Anchor component={Link} href="/try" size="sm">
        Try another event
      </Anchor>
    </Text>
  )
}

function nameOf(event: object): string {
  const { type, event: name, userId, anonymousId }: Record<string, unknown> = { ...event }
  const words = [type, name ?? userId ?? anonymousId].filter((word) => typeof word === 'string')
  return words.join(': ').slice(0, 80)
}

function Blocks({ trigger, onChange }: Pick<TriggerEditorProps, 'trigger' | 'onChange'>) {
  const [word, setWord] = useState<'and' | 'or'>('and')
  const isPossible = addCondition(trigger, '', word) !== undefined
  return (
    <Stack gap={6} role="group" aria-label="Add a condition">
      <Group gap="xs">
        <Text size="sm">Add a condition, joined by</Text>
        <SegmentedControl
          size="xs"
          data={['and', 'or']}
          value={word}
          onChange={setWord}
          aria-label="How the condition is joined"
        />
      </Group>
      <Group gap={6}>
        {CONDITIONS.map(({ fql, description }) => (
          <Button
            key={fql}
            size="compact-xs"
            variant="default"
            disabled={!isPossible}
            title={description}
            onClick={() => onChange(addCondition(trigger, fql, word) ?? trigger)}
            style={{ maxWidth: '100%' }}
          >
            <code className="value">{fql}</code>
          </Button>
        ))}
      </Group>
      {!isPossible && (
        <Text size="sm">
          You cannot add a condition with “{word}”: the trigger would need nested parentheses, which Segment’s library
          does not support.
        </Text>
      )}
    </Stack>
  )
}
