import { Anchor } from '@mantine/core'
import { useState } from 'react'

/** Characters that are shown at first. The layout of longer texts is slow. */
const MAX_SHOWN = 20_000

/** A value as formatted JSON. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return <LongText text={JSON.stringify(value, null, 2) ?? 'undefined'} label={label} />
}

/** A text of any length. The start is shown first, and the rest on demand. */
export function LongText({ text, label }: { text: string; label: string }) {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? text : text.slice(0, MAX_SHOWN)
  return (
    <>
      <pre className="value" tabIndex={0} role="group" aria-label={label}>
        {shown}
      </pre>
      {shown.length < text.length && (
        <Anchor component="button" size="xs" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString('en')} characters
        </Anchor>
      )}
    </>
  )
}
