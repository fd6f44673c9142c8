import { IDENTIFY_EVENTS_PER_CONTACT } from '../rules'

/** The parts of a plan that its limits depend on. */
export interface PlanSize {
  contacts: number
  activities: number
  /** Track events in 24 hours for each contact and activity. */
  trackFactor: number
}

/** Events in 24 hours */
export interface Limits {
  identify: number
  track: number
}

/** The limits of a plan. */
export function limitsOf({ contacts, activities, trackFactor }: PlanSize): Limits {
  return { identify: IDENTIFY_EVENTS_PER_CONTACT * contacts, track: trackFactor * contacts * activities }
}
