import { Alert, Anchor, Button, Group, Loader, Stack, Text, Title } from '@mantine/core'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Failure } from '../parts/failure'
import type { Draft } from './use-draft'

interface ViewProps {
  title: string
  /** A short description */
  intro: ReactNode
  children: ReactNode
}

/** One view of Ortto. */
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

/** A link within a text, in the size of the text. */
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

/** The loaded data, or the error. */
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
  /** The mutation that saves the draft */
  change: { isPending: boolean; error: Error | null; reset: () => void }
  onSave: () => void
}

/** The buttons that save or discard a draft. */
export function SaveBar({ draft, change, onSave }: SaveBarProps) {
  const { isPending, error, reset } = change
  // A draft is only in memory, so the browser asks before the page is closed.
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
        <Alert color="yellow" title="The saved version changed in the meantime">
          Save to replace it with your changes, or discard your changes to see it.
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
          {draft.isChanged ? 'Unsaved changes. Ortto still uses the last saved version.' : 'All changes are saved.'}
        </Text>
      </Group>
    </Stack>
  )
}
