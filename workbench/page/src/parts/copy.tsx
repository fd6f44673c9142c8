import { Button, CopyButton, Group } from '@mantine/core'

/** A text with a button to copy it. */
export function Copyable({ text, label, isSecret = false }: { text: string; label: string; isSecret?: boolean }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <code className="value" aria-label={label}>
        {isSecret ? `${text.slice(0, 6)}${'•'.repeat(16)}` : text}
      </code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-xs" onClick={copy} aria-label={`Copy ${label}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}
