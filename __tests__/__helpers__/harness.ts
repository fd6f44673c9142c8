import { createTestIntegration } from '@segment/actions-core'
import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import nock from 'nock'
import destination from '../../src'
import { RESULT_DETAILS } from '../../src/results'
import type { ResultDetails } from '../../src/results'

/** A well-formed key: production, region au. */
export const API_KEY = 'pau-key'
export const SETTINGS = { api_key: API_KEY }
export const ORTTO = 'https://segment-action-api-au.ortto.app'

export type ActionName = 'upsertContact' | 'trackActivity' | 'upsertContactProfile'
export const PATHS: Record<ActionName, string> = {
  upsertContact: '/v1/identify',
  trackActivity: '/v1/track',
  upsertContactProfile: '/v1/identify'
}

/** What one event's result may hold, success or not. */
export interface Node {
  status: number
  sent?: unknown
  body?: unknown
  errortype?: string
  errormessage?: string
  errorreporter?: string
}

type Response = string | Record<string, unknown>

/** One request as Ortto got it. */
interface Received {
  body: { [key: string]: unknown }[]
  headers: Record<string, string>
}

/** Lets no request out of the tests, and forgets the responses that a test has left. */
export function useNock(): void {
  beforeEach(() => nock.disableNetConnect())
  afterEach(() => {
    nock.cleanAll()
    nock.enableNetConnect()
  })
}

/** Makes Ortto respond to every request to the action's path, and collects what it got. */
export function orttoResponds(
  action: ActionName,
  status = 200,
  response: Response | ((items: Received['body']) => [number, Response]) = {},
  headers: Record<string, string> = {}
): Received[] {
  const received: Received[] = []
  nock(ORTTO)
    .post(PATHS[action])
    .reply(function (_uri, body) {
      const items = body as Received['body']
      const sent = Object.entries(this.req.headers).map(([name, value]) => [name, String(value)])
      received.push({ body: items, headers: Object.fromEntries(sent) as Received['headers'] })
      const [code, content] = typeof response === 'function' ? response(items) : [status, response]
      return [code, content, headers] as const
    })
    .persist()
  return received
}

/** An event without the test framework's own traits, which would hide context.traits. */
function event(members: Partial<SegmentEvent> = {}): SegmentEvent {
  return {
    type: 'track',
    event: 'Order Completed',
    userId: 'u1',
    anonymousId: 'a1',
    messageId: 'm1',
    timestamp: '2026-01-05T01:02:03.456Z',
    context: {},
    traits: undefined,
    properties: {},
    ...members
  }
}

/** Runs one event through the action with its default mapping. Rejects with what the action throws. */
export async function deliverAlone(
  action: ActionName,
  members: Partial<SegmentEvent> = {},
  mapping: JSONObject = {},
  settings = SETTINGS
): Promise<void> {
  await createTestIntegration(destination).testAction(action, {
    event: event(members),
    mapping,
    settings,
    useDefaultMappings: true
  })
}

/** Runs a batch through the action with its default mapping: each event's result, in its place, as JSON shows it. */
export async function deliverTogether(...given: Parameters<typeof deliverBatch>): Promise<Node[]> {
  return JSON.parse(JSON.stringify(await deliverBatch(...given))) as Node[]
}

/** Like {@link deliverTogether}, but each result's code and notes. */
export async function detailsOf(...given: Parameters<typeof deliverBatch>): Promise<(ResultDetails | undefined)[]> {
  return (await deliverBatch(...given)).map((node) => node[RESULT_DETAILS])
}

async function deliverBatch(
  action: ActionName,
  events: Partial<SegmentEvent>[],
  mapping: JSONObject = {},
  settings = SETTINGS
): Promise<(Node & { [RESULT_DETAILS]?: ResultDetails })[]> {
  const integration = createTestIntegration(destination)
  await integration.testBatchAction(action, {
    events: events.map(event),
    mapping,
    settings,
    useDefaultMappings: true
  })
  return integration.results[0].multistatus ?? []
}
