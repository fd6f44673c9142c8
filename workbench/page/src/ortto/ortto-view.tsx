import { Title } from '@mantine/core'
import { useParams } from 'wouter'

/** What Ortto's screens show. */
export const ORTTO_VIEWS = [
  { path: '/ortto/source', label: 'Data source' },
  { path: '/ortto/fields', label: 'Fields' },
  { path: '/ortto/activities', label: 'Activities' },
  { path: '/ortto/contacts', label: 'Contacts' },
  { path: '/ortto/audiences', label: 'Audiences' },
  { path: '/ortto/log', label: 'Error log' },
  { path: '/ortto/limits', label: 'Limits' },
  { path: '/ortto/tests', label: 'Clock and faults' }
]

export function OrttoView() {
  const { view } = useParams<{ view: string }>()
  return (
    <Title order={2} size="h3">
      {view}
    </Title>
  )
}
