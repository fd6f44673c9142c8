import type { ShownMapping, ShownTrace } from '../../../server/trace'

/** What a person can do about what went wrong, and where. */
export interface Advice {
  text: string
  /** A view of this page */
  link?: { path: string; label: string }
}

/** About an event that no mapping took. */
export function adviceForUntaken({ mappings, type }: Pick<ShownTrace, 'mappings' | 'type'>): Advice | undefined {
  if (type === undefined) {
    return { text: 'Mend the text: an event is a JSON object with a "type", such as "identify" or "track".' }
  }
  const disabled = mappings.find(({ enabled }) => !enabled)
  const edit = { path: '/mappings', label: 'Mappings' }
  return disabled && mappings.every(({ enabled }) => !enabled)
    ? { text: 'Every mapping is disabled. Enable one that should take this event.', link: edit }
    : { text: 'If Ortto should get such events, change the trigger of a mapping, or add a mapping.', link: edit }
}

/** About what one mapping brought. Undefined when there is nothing to do. */
export function adviceForMapping({ number, result, taken, request }: ShownMapping): Advice | undefined {
  const edit = { path: `/mappings/${number}`, label: 'Edit this mapping' }
  const status = result?.status ?? 200
  const message = result?.message ?? ''
  if (status === 401 || status === 403) {
    return {
      text: 'Copy the API key again from the data source.',
      link: { path: '/ortto/source', label: 'Data source' }
    }
  }
  if (status === 422 && /no mappings configured/i.test(message)) {
    return taken?.kind === 'activity'
      ? {
          text:
            'The mapping that is missing is one in Ortto, which has kept this event as a sample. Add the activity there, ' +
            'then send the event again.',
          link: { path: '/ortto/activities', label: 'Activities' }
        }
      : {
          text:
            'The mapping that is missing is one in Ortto, which has kept this event as a sample. Map its traits to ' +
            'fields there, then send the event again.',
          link: { path: '/ortto/fields', label: 'Fields' }
        }
  }
  if (result?.meaning === 'nothing new') {
    return { text: 'Nothing: no harm is done, the contact is as this event wants it already.' }
  }
  if (status === 422 && (taken?.ignored.length ?? 0) > 0) {
    return {
      text: 'What Ortto could store is not mapped there. Map it to a field, then send the event again.',
      link: { path: '/ortto/fields', label: 'Fields' }
    }
  }
  if (status === 429) {
    return {
      text: 'Segment sends it again later. See how much is used.',
      link: { path: '/ortto/limits', label: 'Limits' }
    }
  }
  if (result?.meaning === 'to be sent again') {
    return {
      text:
        'Segment sends such an event again by itself; the workbench does not, so send it again when a fault that was ' +
        'switched on is off.',
      link: { path: '/ortto/clock-and-faults', label: 'Clock and faults' }
    }
  }
  if (status >= 400) {
    return request
      ? { text: 'Mend what the message names, at the source of the event or in the mapping.', link: edit }
      : {
          text: 'It was refused before it was sent. Mend what the message names in the mapping, or in the event.',
          link: edit
        }
  }
  if (taken?.log.some((entry) => entry.status === 200)) {
    const view = taken.kind === 'activity' ? 'activities' : 'fields'
    return {
      text: 'Ortto skipped a value. Choose another type or date format there, or send the value as it wants it.',
      link: { path: `/ortto/${view}`, label: view === 'fields' ? 'Fields' : 'Activities' }
    }
  }
  if ((taken?.ignored.length ?? 0) > 0) {
    const view = taken?.kind === 'activity' ? 'activities' : 'fields'
    return {
      text: 'It arrived, but Ortto ignored what is not mapped there. Map that as well if you want to see it in Ortto.',
      link: { path: `/ortto/${view}`, label: view === 'fields' ? 'Fields' : 'Activities' }
    }
  }
  return undefined
}
