import { Alert, Anchor, Button, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Failure } from '../parts/failure'
import type { Draft } from './use-draft'

interface ViewProps {
  title: string
  /** What it is, and how it belongs to the way of an event. */
  intro: ReactNode
  children: ReactNode
}

/** One of Ortto's screens. */
export function View({ title, intro, children }: ViewProps) {
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3" className="long">
          {title}
        </Title>
        <Text size="sm" c="dimmed" maw={760}>
          {intro}
        </Text>
      </div>
      {children}
    </Stack>
  )
}

/** The button that empties a select, for keyboards and screen readers, too: Mantine keeps it from them. */
export function clearButton(label: string) {
  return { 'aria-label': label, 'aria-hidden': false, tabIndex: 0 }
}

/** A link within a text, as large as that. */
export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Anchor component={Link} href={href} inherit>
      {children}
    </Anchor>
  )
}

/** A part of a view. */
export function Part({ title, intro, children }: Omit<ViewProps, 'intro'> & { intro?: ReactNode }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <div>
        <Title order={3} size="h5">
          {title}
        </Title>
        {intro !== undefined && (
          <Text size="sm" c="dimmed" maw={760}>
            {intro}
          </Text>
        )}
      </div>
      {children}
    </Stack>
  )
}

interface LoadedProps<Data> {
  query: { data?: Data; error: Error | null }
  children: (data: Data) => ReactNode
}

/** What is loaded, or why it is not. */
export function Loaded<Data>({ query: { data, error }, children }: LoadedProps<Data>) {
  return (
    <>
      <Failure error={error} />
      {data !== undefined ? children(data) : error === null && <Loader size="sm" aria-label="Loading" />}
    </>
  )
}

interface SaveBarProps {
  draft: Pick<Draft<unknown>, 'isChanged' | 'isOutdated' | 'discard'>
  /** What saves it */
  change: { isPending: boolean; error: Error | null; reset: () => void }
  onSave: () => void
}

/** Saves a draft, or discards it. */
export function SaveBar({ draft, change, onSave }: SaveBarProps) {
  const { isPending, error, reset } = change
  // A draft is in memory only: the browser asks before it is lost.
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    if (draft.isChanged) {
      window.addEventListener('beforeunload', ask)
    }
    return () => window.removeEventListener('beforeunload', ask)
  }, [draft.isChanged])
  const discard = () => {
    draft.discard()
    reset()
  }
  return (
    <Stack gap="xs" className={draft.isChanged ? 'savebar' : undefined}>
      {draft.isOutdated && (
        <Alert color="yellow" title="It was changed elsewhere in the meantime">
          Saving replaces that with what you see here; discarding shows it.
        </Alert>
      )}
      <Failure error={error} />
      <Group gap="sm">
        <Button onClick={onSave} loading={isPending} disabled={!draft.isChanged}>
          Save
        </Button>
        <Button variant="default" onClick={discard} disabled={!draft.isChanged || isPending}>
          Discard
        </Button>
        <Text size="sm" aria-live="polite">
          {draft.isChanged ? 'Not saved yet: Ortto goes by what was saved before.' : 'All is saved.'}
        </Text>
      </Group>
    </Stack>
  )
}
