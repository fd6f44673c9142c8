import { ActionIcon, CopyButton, Group, Tooltip } from '@mantine/core'

/** A text to be copied elsewhere. */
export function Copyable({ text, label, isSecret = false }: { text: string; label: string; isSecret?: boolean }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <code className="value" aria-label={label}>
        {isSecret ? `${text.slice(0, 6)}${'•'.repeat(16)}` : text}
      </code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy'}>
            <ActionIcon variant="default" size="sm" onClick={copy} aria-label={`Copy ${label}`}>
              {copied ? '✓' : '⧉'}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}
