/** The forms in which an event can be copied. */
export const COPY_FORMS = [
  ['JSON', 'JSON'],
  ['curl', 'a curl command'],
  ['analytics-node', 'code for analytics-node']
] as const
export type CopyForm = typeof COPY_FORMS[number][0]

interface CopyTarget {
  /** The workbench's URL */
  origin: string
  writeKey: string
}

type Json = Record<string, unknown>

/** Members that libraries and Segment set. With the same message ID, Segment would drop the event as a duplicate. */
const OF_LIBRARY = ['messageId', 'receivedAt', 'sentAt', 'originalTimestamp', 'type', 'writeKey', 'version', 'channel']

/** An event in another form, which sends it to the local tracking API again. */
export function copyEvent(form: CopyForm, event: Json, { origin, writeKey }: CopyTarget): string {
  const { type } = event
  switch (form) {
    case 'JSON':
      return JSON.stringify(event, null, 2)
    case 'curl': {
      const body = JSON.stringify(withoutAdded(event)).replace(/'/g, `'\\''`)
      return `curl -u ${writeKey}: ${origin}/v1/${String(type)} -H 'content-type: application/json' -d '${body}'`
    }
    case 'analytics-node': {
      return (
        `import { Analytics } from '@segment/analytics-node'\n\n` +
        `const analytics = new Analytics({ writeKey: '${writeKey}', host: '${origin}' })\n` +
        `analytics.${String(type)}(${JSON.stringify(withoutAdded(event), null, 2)})\nawait analytics.closeAndFlush()`
      )
    }
  }
}

function withoutAdded(event: Json): Json {
  return Object.fromEntries(Object.entries(event).filter(([key]) => !OF_LIBRARY.includes(key)))
}
