import type { ShownMapping, ShownTrace } from '../../../server/trace'

/** Advice about a problem, and a link to where it can be fixed. */
export interface Advice {
  text: string
  /** A view of this page */
  link?: { path: string; label: string }
}

/** Advice about an event that was not sent: it is not an event, or not for Ortto. */
export function adviceForUnsent({ mappings, skipped }: Pick<ShownTrace, 'mappings' | 'skipped'>): Advice {
  return skipped === undefined
    ? { text: 'Fix the text: an event is a JSON object with a "type", such as "identify" or "track".' }
    : SKIP_ADVICE[skipped](mappings)
}

const SKIP_ADVICE: Record<NonNullable<ShownTrace['skipped']>, (mappings: readonly ShownMapping[]) => Advice> = {
  disabled_by_integrations: () => ({
    text: 'To send this event to Ortto, remove that entry from its "integrations", or set it to true.'
  }),
  no_consent: () => ({ text: 'The user has not allowed this use of the data, so the event stays here.' }),
  outside_time_range: () => ({ text: 'Nothing: this event was left out on purpose.' }),
  not_chosen: () => ({ text: 'Nothing: this event was left out on purpose.' }),
  no_matching_mapping: (mappings) => ({
    text:
      mappings.length > 0 && mappings.every(({ enabled }) => !enabled)
        ? 'Every mapping is disabled. Enable one that should match this event.'
        : 'To send such events to Ortto, change the trigger of a mapping, or add a mapping.',
    link: { path: '/mappings', label: 'Mappings' }
  })
}

/** Advice about the result in one mapping. Undefined when there is nothing to do. */
export function adviceForMapping({ number, result, processed, request }: ShownMapping): Advice | undefined {
  const edit = { path: `/mappings/${number}`, label: 'Edit this mapping' }
  const status = result?.status ?? 200
  if (status === 401 || status === 403) {
    return {
      text: 'Copy the API key again from the data source.',
      link: { path: '/ortto/source', label: 'Data source' }
    }
  }
  if (status === 422 && processed?.result.code === 'no_activity_mapping') {
    return {
      text: 'In Ortto, add the activity (this event is kept as a sample). Then send the event again.',
      link: { path: '/ortto/activities', label: 'Activities' }
    }
  }
  if (status === 422 && processed?.result.code === 'no_contact_mapping') {
    return {
      text: 'In Ortto, map the traits to fields (this event is kept as a sample). Then send the event again.',
      link: { path: '/ortto/fields', label: 'Fields' }
    }
  }
  if (result?.outcome === 'unchanged') {
    return { text: 'Nothing to do: the contact already has this data.' }
  }
  if (status === 422 && (processed?.unmapped.length ?? 0) > 0) {
    return {
      text: 'Ortto has no field for this data. Map it to a field, then send the event again.',
      link: { path: '/ortto/fields', label: 'Fields' }
    }
  }
  if (status === 429) {
    return {
      text: 'Segment retries the event later. Check how much of the limit is used.',
      link: { path: '/ortto/limits', label: 'Limits' }
    }
  }
  if (result?.isRetryable) {
    return {
      text: 'Segment retries the event. The workbench does not. If a fault is on, switch it off and send the event again.',
      link: { path: '/ortto/clock-and-faults', label: 'Clock and faults' }
    }
  }
  if (status >= 400) {
    return request
      ? { text: 'Fix this in the mapping or in the event.', link: edit }
      : {
          text: 'The event was rejected before it was sent. Fix this in the mapping or in the event.',
          link: edit
        }
  }
  if (processed?.log.some(({ code }) => code === 'value_skipped')) {
    const view = processed.kind === 'activity' ? 'activities' : 'fields'
    return {
      text: 'Ortto skipped a value. Choose another type or date format in Ortto, or send the value in that format.',
      link: { path: `/ortto/${view}`, label: view === 'fields' ? 'Fields' : 'Activities' }
    }
  }
  if ((processed?.unmapped.length ?? 0) > 0) {
    const view = processed?.kind === 'activity' ? 'activities' : 'fields'
    return {
      text: 'The event was stored without the data that is not mapped in Ortto. If you need the data, map it.',
      link: { path: `/ortto/${view}`, label: view === 'fields' ? 'Fields' : 'Activities' }
    }
  }
  return undefined
}
