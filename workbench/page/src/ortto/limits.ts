import type { ShownUsage } from '../../../../sandbox'
import type { Plan } from './account'
import { amount, inWords } from './words'

/** Identify events a day for each contact of the plan, as Ortto's documents say. */
export const IDENTIFY_FACTOR = 10

/** Events that a plan allows in 24 hours. */
export function limitsOf({ contacts, activities, trackFactor }: Plan): { identify: number; track: number } {
  return { identify: IDENTIFY_FACTOR * contacts, track: trackFactor * contacts * activities }
}

/** How full a limit is, from 0 to 100. */
export function percentOf({ used, limit }: ShownUsage): number {
  return limit === 0 ? 100 : Math.min(100, (used / limit) * 100)
}

/** A limit in words: how much room there is, or when there will be some. */
export function describeUsage({ used, limit, freeAt }: ShownUsage, now: string): string {
  if (used < limit) {
    return `${amount(limit - used)} more will be taken.`
  }
  if (limit === 0) {
    return 'The plan allows none: every event is answered 429.'
  }
  return freeAt === undefined
    ? 'It is used up, and waiting is no help: a classic integration uses all of it. Events are answered 429.'
    : `It is used up: events are answered 429. There is room again at ${shortTime(freeAt)} UTC, ${inWords(
        now,
        freeAt
      )}.`
}

function shortTime(time: string): string {
  return time.slice(0, 16).replace('T', ' ')
}
