import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, read } from '../client'
import { useStored } from '../parts/use-stored'
import { writeValid } from './draft'
import type { MappingForm } from './draft'
import { eventsIn } from './paths'
import type { Setup } from './setup'

/** Milliseconds between the last keystroke and the preview */
const PREVIEW_DELAY_MS = 300

/** The events of the last try, otherwise the examples. */
export function useTriedEvents({ examples }: Setup): object[] {
  const [text] = useStored('tried text')
  return useMemo(() => {
    const tried = eventsIn(text ?? '')
    return tried.length > 0 ? tried : examples.flatMap((example) => eventsIn(example.text).slice(0, 1))
  }, [text, examples])
}

/** The payload of the first event that the trigger matches, otherwise of the first event. */
export function usePreview(mapping: MappingForm, events: readonly object[]) {
  const { partnerAction, subscribe, mapping: fields } = writeValid(mapping)
  const body = JSON.stringify({ mapping: { partnerAction, subscribe, mapping: fields }, events })
  const [text] = useDebouncedValue(body, PREVIEW_DELAY_MS)
  return useQuery({
    queryKey: ['preview of a mapping', text],
    queryFn: () => read(api.mappings.preview.$post({ json: JSON.parse(text) as Body })),
    placeholderData: (before) => before,
    gcTime: 10_000
  })
}

type Body = Parameters<typeof api.mappings.preview.$post>[0]['json']
export type Preview = NonNullable<ReturnType<typeof usePreview>['data']>
