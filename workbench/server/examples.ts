import { DAY_MS } from '../../sandbox/rules'

/** One or more example events */
interface Example {
  title: string
  /** One event, or one event per line */
  text: string
}

/**
 * They match the example account, except where the title says otherwise.
 * @param now milliseconds since 1970: Ortto rejects activities older than 90 days
 */
export function listExamples(now: number): Example[] {
  const dayBefore = (days: number) => `${new Date(now - days * DAY_MS).toISOString().slice(0, 10)}T06:09:00Z`
  const lana = {
    type: 'identify',
    userId: 'lana.romeijn',
    anonymousId: '507f191e810c19729de860ea',
    timestamp: dayBefore(2),
    messageId: '3e9a7f45-1f5d-4a52-9c9e-80eb08c2cf7e',
    context: { ip: '203.0.113.7' },
    traits: { firstName: 'Lana', lastName: 'Romeijn', email: 'lana.romeijn@example.org', birthday: '28-07-1980' }
  }
  const signIn = {
    type: 'track',
    userId: 'lana.romeijn',
    event: 'Sign-in button clicked',
    timestamp: dayBefore(1),
    messageId: 'a5cbd0b6-38e6-4c98-bf95-9f1b3d3949f1',
    properties: { action: 'sign-in-button-clicked', count: 3 }
  }

  return [
    example('A contact', lana),
    example('An activity', signIn),
    example('An activity with the traits of its contact', {
      ...signIn,
      messageId: 'example-3',
      context: { traits: lana.traits }
    }),
    example('Rejected: no user ID and no anonymous ID', {
      type: 'identify',
      messageId: 'example-4',
      traits: { firstName: 'Nobody' }
    }),
    example('Rejected: an activity that is not set up in Ortto', {
      ...signIn,
      messageId: 'example-5',
      event: 'Newsletter opened'
    }),
    example('Rejected: an activity with an invalid timestamp', {
      ...signIn,
      messageId: 'example-6',
      timestamp: 'yesterday'
    }),
    example('Skipped: a date in another format, and an IPv6 address', {
      ...lana,
      userId: 'iva',
      anonymousId: undefined,
      messageId: 'example-7',
      context: { ip: '2001:db8::42' },
      traits: { firstName: 'Iva', birthday: '1980-07-28' }
    }),
    example('Not matched: a page view', {
      type: 'page',
      userId: 'lana.romeijn',
      messageId: 'example-8',
      name: 'Pricing'
    }),
    example(
      'A batch: a visitor is identified, and each event has its own result',
      {
        type: 'track',
        anonymousId: 'visitor-1',
        event: 'Sign-in button clicked',
        messageId: 'b1',
        timestamp: signIn.timestamp
      },
      { type: 'identify', anonymousId: 'visitor-1', userId: 'max', messageId: 'b2', traits: { firstName: 'Max' } },
      { type: 'identify', messageId: 'b3', traits: { firstName: 'Nobody' } },
      { type: 'track', userId: 'max', event: 'Fax sent', messageId: 'b4', timestamp: signIn.timestamp },
      { type: 'identify', userId: 'max', messageId: 'b5', traits: { firstName: 'Max', email: 'not an address' } }
    )
  ]
}

function example(title: string, ...events: object[]): Example {
  const isOne = events.length === 1
  return { title, text: events.map((event) => JSON.stringify(event, null, isOne ? 2 : 0)).join('\n') }
}
