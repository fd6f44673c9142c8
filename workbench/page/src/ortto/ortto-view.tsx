import './ortto.css'
import { Alert } from '@mantine/core'
import { Redirect, useParams } from 'wouter'
import { ActivitiesView } from './activities-view'
import { AudiencesView } from './audiences-view'
import { ClockAndFaultsView } from './clock-and-faults-view'
import { ContactView } from './contact-view'
import { ContactsView } from './contacts-view'
import { describeFault } from './faults'
import { FieldsView } from './fields-view'
import { LimitsView } from './limits-view'
import { LogView } from './log-view'
import { useSummary } from './queries'
import { SourceView } from './source-view'
import { TextLink } from './view'

/** The views of Ortto. */
export const ORTTO_VIEWS = [
  { path: '/ortto/source', label: 'Data source' },
  { path: '/ortto/fields', label: 'Fields' },
  { path: '/ortto/activities', label: 'Activities' },
  { path: '/ortto/contacts', label: 'Contacts' },
  { path: '/ortto/audiences', label: 'Audiences' },
  { path: '/ortto/log', label: 'Error log' },
  { path: '/ortto/limits', label: 'Limits' },
  { path: '/ortto/clock-and-faults', label: 'Clock and faults' }
]

export function OrttoView() {
  const { view, item } = useParams<{ view: string; item?: string }>()
  return (
    <>
      {view !== 'clock-and-faults' && <FaultsNotice />}
      <Content view={view} item={item} />
    </>
  )
}

function Content({ view, item }: { view: string; item?: string }) {
  switch (view) {
    case 'source':
      return <SourceView />
    case 'fields':
      return <FieldsView />
    case 'activities':
      return <ActivitiesView />
    case 'contacts':
      return item === undefined ? <ContactsView /> : <ContactView number={item} />
    case 'audiences':
      return <AudiencesView />
    case 'log':
      return <LogView />
    case 'limits':
      return <LimitsView />
    case 'clock-and-faults':
      return <ClockAndFaultsView />
    default:
      return <Redirect to="/ortto/source" replace />
  }
}

/** Reminds people of active faults in every view. */
function FaultsNotice() {
  const { data } = useSummary()
  return data && data.faults.length > 0 ? (
    <Alert color="yellow" mb="md" title="A fault is on: requests fail on purpose">
      {data.faults.map(describeFault).join('; ')}. <TextLink href="/ortto/clock-and-faults">Switch it off</TextLink>
    </Alert>
  ) : null
}
