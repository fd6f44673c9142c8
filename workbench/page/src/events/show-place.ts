import type { ActivityJson } from '../../../../sandbox'

/** Where an activity happened: its location, or else its IP address. Undefined when Ortto was not told. */
export function showPlace({ location, ip }: Pick<ActivityJson, 'location' | 'ip'>): string | undefined {
  return location
    ? [location.city, location.post_code, location.state, location.country].filter(Boolean).join(', ')
    : ip
}
