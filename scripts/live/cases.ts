import type { SegmentEvent } from '@segment/actions-core'
import fc from 'fast-check'
import { eventOf, samples } from './events'
import type { ActionName, Mapping, Sample } from './events'
import { API_KEY, messageId, PLAIN, RESPONSES } from './responses'
import type { Response } from './responses'

/** What both destinations are given, and what Ortto responds to each of them. */
export interface Case {
  name: string
  action: ActionName
  mode: 'single' | 'batch'
  events: readonly SegmentEvent[]
  /** Each destination's own default mapping, or the live one's for both, as a customer has saved it */
  mappingOf: 'each' | 'live'
  /** Members that replace those of the mapping */
  mapping: Mapping
  apiKey: string
  response: Response
}

const ACTIONS: readonly ActionName[] = ['upsertContactProfile', 'trackActivity']
const MODES = ['single', 'batch'] as const

/** Every value with the plain response, and every response with a few events: both actions, single and batch. */
export function systematicCases(): Case[] {
  return [...valueCases(), ...responseCases(), ...largeBatchCases()]
}

function valueCases(): Case[] {
  return ACTIONS.flatMap((action) =>
    samples(action).flatMap((sample) =>
      MODES.flatMap((mode) =>
        (['each', 'live'] as const).map((mappingOf) =>
          caseOf({ action, mode, mappingOf, response: PLAIN, events: [[sample]] })
        )
      )
    )
  )
}

const WITHOUT_ID: Sample = { name: 'neither id', members: { userId: undefined, anonymousId: undefined } }

function responseCases(): Case[] {
  return RESPONSES.flatMap((response) =>
    ACTIONS.flatMap((action) =>
      MODES.map((mode) =>
        caseOf({
          action,
          mode,
          mappingOf: 'each',
          response,
          events: mode === 'batch' ? [[], [], [], [WITHOUT_ID]] : [[]]
        })
      )
    )
  )
}

/** A batch of one event more than Ortto accepts in one request */
function largeBatchCases(): Case[] {
  const events = Array.from({ length: 501 }, () => [])
  return ACTIONS.map((action) => caseOf({ action, mode: 'batch', mappingOf: 'each', response: PLAIN, events }))
}

/** Values and responses at random, together. */
export function randomCases(seed: number, count: number): Case[] {
  const quick = RESPONSES.filter(({ kind, isLarge }) => kind !== 'stalls' && !isLarge)
  const caseFor = (action: ActionName) => {
    const values = fc.oneof(fc.constantFrom(...samples(action)), anyValue(action))
    return fc
      .record({
        action: fc.constant(action),
        mode: fc.constantFrom(...MODES),
        mappingOf: fc.constantFrom('each' as const, 'live' as const),
        response: fc.constantFrom(...quick),
        events: fc.array(fc.array(values, { maxLength: 3 }), { minLength: 1, maxLength: 5 })
      })
      .map(caseOf)
  }
  return fc.sample(fc.oneof(...ACTIONS.map(caseFor)), { seed, numRuns: count })
}

/** Values that nobody thought of. */
function anyValue(action: ActionName): fc.Arbitrary<Sample> {
  const text = fc.string({ unit: 'binary' })
  const attributes = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue())
  const members = fc.record(
    {
      userId: text,
      anonymousId: text,
      timestamp: fc.oneof(anyTime(), text),
      traits: attributes,
      ...(action === 'trackActivity' ? { properties: attributes, event: text } : {})
    },
    { requiredKeys: [] }
  )
  return members.map((value) => ({ name: 'random', members: value }))
}

/** A moment from 1971 to 2100, in some form. */
function anyTime(): fc.Arbitrary<unknown> {
  const forms = [
    (date: Date) => date.toISOString(),
    (date: Date) => date.toISOString().slice(0, 'yyyy-mm-dd'.length),
    (date: Date) => date.toISOString().slice(0, -1),
    (date: Date) => date.getTime(),
    (date: Date) => Math.floor(date.getTime() / 1000),
    String
  ]
  const date = fc.date({ min: new Date('1971-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  return fc.tuple(date, fc.constantFrom(...forms)).map(([one, write]) => write(one))
}

interface Given extends Pick<Case, 'action' | 'mode' | 'mappingOf' | 'response'> {
  /** For each event the values that are in it. The last one's mapping and API key count. */
  events: readonly (readonly Sample[])[]
}

function caseOf({ events, ...given }: Given): Case {
  const used = given.mode === 'single' ? events.slice(0, 1) : events
  const all = used.flat()
  // An event of several is found on the wire by its message id.
  const ids = (number: number) => (used.length > 1 ? [{ messageId: messageId(number) }] : [])
  const names = used.map((values) => values.map(({ name }) => name).join(' + ') || 'plain event')
  const shownNames = names.length > 5 ? [`${names.length} events`] : names
  return {
    ...given,
    name: `${given.action}, ${given.mode}, ${given.mappingOf} mapping: ${shownNames.join(' / ')}: ${
      given.response.name
    }`,
    events: used.map((values, number) =>
      eventOf(given.action, number, ...values.map(({ members }) => members), ...ids(number))
    ),
    mapping: all.reduce<Mapping>((last, { mapping }) => mapping ?? last, {}),
    apiKey: all.reduce((last, { apiKey }) => apiKey ?? last, API_KEY)
  }
}
