import type { UsageJson } from '../../../../sandbox'
import { IDENTIFY_EVENTS_PER_CONTACT } from '../../../../sandbox/rules'
import type { Plan } from './account'
import { amount, inWords } from './words'

/** The events that a plan includes in 24 hours. */
export function limitsOf({ contacts, activities, trackFactor }: Plan): { identify: number; track: number } {
  return { identify: IDENTIFY_EVENTS_PER_CONTACT * contacts, track: trackFactor * contacts * activities }
}

/** The used part of a limit, from 0 to 100. */
export function percentOf({ used, limit }: UsageJson): number {
  return limit === 0 ? 100 : Math.min(100, (used / limit) * 100)
}

/** A limit, as text: the remaining events, or when more are accepted. */
export function describeUsage({ used, limit, freeAt }: UsageJson, now: string): string {
  if (used < limit) {
    return `${amount(limit - used)} remaining.`
  }
  if (limit === 0) {
    return 'The plan includes no events: every event gets 429.'
  }
  return freeAt === undefined
    ? 'Limit reached: events get 429. Waiting does not help, because a classic integration uses the whole limit.'
    : `Limit reached: events get 429. More are accepted from ${formatMinute(freeAt)} UTC, ${inWords(now, freeAt)}.`
}

function formatMinute(time: string): string {
  return time.slice(0, 16).replace('T', ' ')
}
