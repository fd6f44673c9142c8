import './ortto.css'
import {
  IconBolt,
  IconClock,
  IconForms,
  IconGauge,
  IconListDetails,
  IconPlugConnected,
  IconUsers,
  IconUsersGroup
} from '@tabler/icons-react'
import { Redirect, useParams } from 'wouter'
import { ActivitiesView } from './activities-view'
import { AudiencesView, AudienceView } from './audiences-view'
import { ClockAndFaultsView } from './clock-and-faults-view'
import { ContactView } from './contact-view'
import { ContactsView } from './contacts-view'
import { FieldsView } from './fields-view'
import { LimitsView } from './limits-view'
import { LogView } from './log-view'
import { SourceView } from './source-view'

/** The views of Ortto. */
export const ORTTO_VIEWS = [
  { path: '/ortto/source', label: 'Data source', Icon: IconPlugConnected },
  { path: '/ortto/fields', label: 'Fields', Icon: IconForms },
  { path: '/ortto/activities', label: 'Activities', Icon: IconBolt },
  { path: '/ortto/contacts', label: 'Contacts', Icon: IconUsers },
  { path: '/ortto/audiences', label: 'Audiences', Icon: IconUsersGroup },
  { path: '/ortto/log', label: 'Error log', Icon: IconListDetails },
  { path: '/ortto/limits', label: 'Limits', Icon: IconGauge },
  { path: '/ortto/clock-and-faults', label: 'Clock and faults', Icon: IconClock }
]

export function OrttoView() {
  const { view, item } = useParams<{ view: string; item?: string }>()
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
      return item === undefined ? <AudiencesView /> : <AudienceView id={item} />
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
