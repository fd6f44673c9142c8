import { Button, Group, Menu } from '@mantine/core'
import { IconCopy, IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { store } from '../parts/use-stored'
import { useSetup } from '../parts/use-setup'
import { copyEvent, COPY_FORMS } from './copy-event'
import type { CopyForm } from './copy-event'

/** Buttons to edit an event and send it again, and to copy it. */
export function EventActions({ text, event }: { text: string; event: Record<string, unknown> | undefined }) {
  const [, open] = useLocation()
  const { data: setup } = useSetup()
  const [copied, setCopied] = useState<CopyForm>()
  const copy = (form: CopyForm) => {
    const target = { origin: window.location.origin, writeKey: setup?.writeKey ?? '' }
    void navigator.clipboard.writeText(copyEvent(form, event ?? {}, target)).then(() => setCopied(form))
  }
  return (
    <Group gap="xs">
      <Button
        size="xs"
        leftSection={<IconPencil size={14} aria-hidden />}
        onClick={() => {
          store('tried text', text)
          open('/try')
        }}
      >
        Edit and send again
      </Button>
      {event && (
        <Menu>
          <Menu.Target>
            <Button size="xs" variant="default" leftSection={<IconCopy size={14} aria-hidden />}>
              {copied === undefined ? 'Copy as …' : `Copied as ${copied}`}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {COPY_FORMS.map(([form, label]) => (
              <Menu.Item key={form} onClick={() => copy(form)}>
                Copy as {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  )
}
