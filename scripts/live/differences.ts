import {
  addressOf,
  any,
  failsWholeBatch,
  FAILURE_WITHOUT_STATUS,
  isBlank,
  hasNote,
  isContact,
  isDeep,
  isFromOrtto,
  isIPv4,
  isMissingValue,
  isRecord,
  isSameDay,
  isSuccessOrNoStatus,
  isTextOf,
  isUsualTime,
  isZero,
  leftOut,
  member,
  modeFor,
  modeOf,
  NEVER_ENDS,
  ofEvent,
  onlyOursSends,
  oursDoesNotSend,
  responds,
  result,
  resultFact,
  SUCCESS,
  traitsOf
} from './matchers'
import type { Matches } from './matchers'
import type { MetadataDifference } from './metadata'
import { isMalformed } from './truth'

/** A class of differences between the live destination and ours: one row of the README's table. */
export interface Entry {
  id: string
  /** The situation, as in "when the whole request fails" */
  when: string
  /** What the live destination does, as in "it reports success" */
  live: string
  /** What ours does */
  ours: string
  /** Why ours differs: a sentence */
  why: string
}

/** A class of differences in what the two do */
interface BehaviorEntry extends Entry {
  matches: Matches
}

/** A class of differences in what the two definitions say */
interface MetadataEntry extends Entry {
  matches: (difference: MetadataDifference) => boolean
}

/** How ours behaves otherwise. */
export const BEHAVIOR: readonly BehaviorEntry[] = [
  // The result

  {
    id: 'single-failure',
    when: 'Ortto reports a failure of an event that was sent alone',
    live: 'reports success',
    ours: "throws an error with Ortto's status and message",
    why: 'The framework ignores what an action returns, so only a thrown error counts as a failure.',
    matches: result(
      (one) => responds(one, 'reports') && one.of.mode === 'single' && one.event.live.outcome === 'success'
    )
  },
  {
    id: 'unreadable',
    when: 'a 2xx response is a web page, or anything else that is not a report',
    live: 'reports success for every event, or fails the whole batch without a status',
    ours: '502, which Segment retries',
    why: 'It is not known whether Ortto processed the events.',
    matches: result((one) => responds(one, 'unreadable') && isSuccessOrNoStatus(one))
  },
  {
    id: 'no-report',
    when: 'a 207 has no report, or a 2xx response is empty because its connection was closed',
    live: 'reports success for every event, or fails the whole batch without a status',
    ours: '502, which Segment retries',
    why: 'A report that was cut off looks the same.',
    matches: result((one) => responds(one, 'has no report') && isSuccessOrNoStatus(one))
  },
  {
    id: 'names-no-event',
    when: 'a report names no event of the request',
    live: 'reports success for every event; accepts an index that is a text',
    ours: '502 for every event that another entry of the report does not name',
    why: 'It is not known which event failed.',
    matches: result(
      (one) =>
        responds(one, 'names no event') && (isSuccessOrNoStatus(one) || one.of.response.name.endsWith('index as text'))
    )
  },
  {
    id: 'empty-success',
    when: 'a 2xx response is empty, and the response marks its end',
    live: 'fails the whole batch without a status',
    ours: 'reports success',
    why: 'A response that ends properly and reports no error confirms the events.',
    matches: result(
      (one) =>
        responds(one, 'confirms') && one.of.response.name.startsWith('200 empty') && one.live === FAILURE_WITHOUT_STATUS
    )
  },
  {
    id: 'redirect',
    when: 'the response is a redirect',
    live: 'follows it, which loses the data, and reports success; without a location, fails with a status that Segment does not retry',
    ours: '502; it is not followed',
    why: 'A POST that is redirected becomes a GET, whose success confirms nothing.',
    matches: any(
      result((one) => responds(one, 'redirects') && [SUCCESS, 'failure 302', 'failure 304'].includes(String(one.live))),
      ({ about, live, ours, of }) =>
        about === 'requests' &&
        of.response.kind === 'redirects' &&
        /^(, )?(GET|POST) https:\/\/elsewhere\/$/.test(String(live).replace(String(ours), ''))
    )
  },
  {
    id: 'large-response',
    when: 'the response is longer than 64 KiB',
    live: 'never ends',
    ours: 'reads it, up to 16 MiB',
    why: 'A report on each of 500 events can be that long.',
    matches: result((one) => one.of.response.isLarge && one.live === NEVER_ENDS)
  },
  {
    id: 'stall',
    when: 'the response stops in its middle, or breaks off',
    live: 'never ends; the error of a chunked response that breaks off ends the process if nothing catches it',
    ours: '408 or 503, which Segment retries: a request ends within 20 seconds, a batch within a minute',
    why: 'An event without a result is never retried.',
    matches: result((one) => responds(one, 'stalls', 'breaks') && one.live === NEVER_ENDS)
  },
  {
    id: 'no-response',
    when: 'there is no response, or no connection',
    live: 'fails without a status',
    ours: '408 or 503, which Segment retries',
    why: 'Each result has a status that says whether a retry makes sense.',
    matches: result((one) => responds(one, 'stalls', 'breaks') && one.live === FAILURE_WITHOUT_STATUS)
  },
  {
    id: 'whole-request',
    when: 'the whole request of a batch fails',
    live: 'fails the batch with one status, also the events that were rejected before they were sent',
    ours: 'gives that status to the events that were sent, and the others keep their own result',
    why: 'A retry does not help an event that is invalid.',
    matches: any(
      result((one) => failsWholeBatch(one) && one.event.ourItem === undefined),
      resultFact('reporter', undefined, 'DESTINATION', failsWholeBatch),
      resultFact(
        'reporter',
        undefined,
        'INTEGRATIONS',
        (one) => failsWholeBatch(one) && one.event.ourItem === undefined
      )
    )
  },
  {
    id: 'whole-request-message',
    when: 'the response to a failed request has a message',
    live: 'says only the name of the status',
    ours: "quotes the response's message, 500 characters at most",
    why: 'It says what to fix.',
    matches: resultFact('quotesResponse', false, true, (one) => responds(one, 'refuses'))
  },
  {
    id: 'too-large',
    when: 'the batch is too large for Ortto (413)',
    live: 'fails it',
    ours: 'sends halves, until they fit',
    why: 'Only an event that is too large by itself has to fail.',
    matches: any(
      result((one) => responds(one, 'refuses batches') && one.of.mode === 'batch' && one.live === 'failure 413'),
      ({ about, live, ours, of }) =>
        about === 'requests' &&
        of.mode === 'batch' &&
        of.response.status === 413 &&
        String(ours).startsWith(`${String(live)}, `) &&
        new Set(String(ours).split(', ')).size === 1
    )
  },
  {
    id: 'too-many',
    when: 'a batch has more than 500 events',
    live: 'sends one request',
    ours: 'sends 500 in a request',
    why: 'Ortto accepts no more.',
    matches: ({ about, live, ours, of }) =>
      about === 'requests' && of.events.length > 500 && ours === `${String(live)}, ${String(live)}`
  },
  {
    id: 'success-in-report',
    when: 'a report lists an event with 206 (the activity was stored, its contact was not) or 200',
    live: 'reports a failure',
    ours: "a success with Ortto's message",
    why: 'Sending it again changes nothing.',
    matches: result((one) => responds(one, 'reports') && ['failure 200', 'failure 206'].includes(String(one.live)))
  },
  {
    id: 'unusable-status',
    when: 'a report lists an event without a usable status',
    live: 'passes it on, or fails the event without a status',
    ours: '500, which Segment retries',
    why: 'It is a failure, and it is not known which one.',
    matches: result(
      (one) =>
        responds(one, 'reports') &&
        one.event.reports.some(({ status }) => typeof status !== 'number' || status === 302) &&
        one.ours === 'failure 500' &&
        one.event.live.outcome === 'failure'
    )
  },
  {
    id: 'listed-twice',
    when: 'a report lists an event twice',
    live: 'the last status counts',
    ours: 'the highest status counts',
    why: 'It is the one that is retried.',
    matches: result((one) => responds(one, 'reports') && one.event.reports.length > 1 && one.live === 'failure 400')
  },
  {
    id: 'no-message',
    when: 'a report lists an event without a message',
    live: 'has no message either',
    ours: 'says that Ortto gave no reason',
    why: 'Each result has a message.',
    matches: resultFact('hasMessage', false, true, (one) => responds(one, 'reports'))
  },
  {
    id: 'meaningless-status',
    when: 'the status of the response has no meaning (above 599)',
    live: 'passes it on',
    ours: '502, which Segment retries',
    why: 'HTTP defines no such status.',
    matches: result((one) => responds(one, 'refuses') && one.live === 'failure 600')
  },
  {
    id: 'compressed',
    when: 'the response is compressed',
    live: 'asks for it, and reads it',
    ours: 'does not ask for it; a response that is compressed anyway gives 502',
    why: 'A compressed response that was cut off reads as an empty one, which confirms every event.',
    matches: any(
      result((one) => responds(one, 'compressed') && one.live === SUCCESS),
      ({ about, live, ours }) => about === 'header.accept-encoding' && live === 'gzip,deflate' && ours === undefined
    )
  },

  // The API key

  {
    id: 'quoted-key',
    when: 'an error quotes the API key: of Ortto, or about a key that cannot become a header',
    live: 'passes it on',
    ours: 'redacts the key in every message',
    why: 'Results are shown to more people than the key is.',
    matches: ofEvent(({ about, live, ours }) => about === 'result.quotesKey' && live === true && ours === false)
  },
  {
    id: 'malformed-key',
    when: 'the API key is malformed',
    live: 'sends some, and fails without a status or with 401 for others',
    ours: '401, without a request',
    why: 'A malformed key could lead to another host, or become a header that is not one.',
    matches: oursDoesNotSend(401, (_, { of }) => isMalformed(of.apiKey))
  },
  {
    id: 'padded-key',
    when: 'the API key has white space around it',
    live: 'fails without a status',
    ours: 'removes the white space',
    why: 'It is a common slip when pasting.',
    matches: onlyOursSends((_, { of }) => of.apiKey !== of.apiKey.trim())
  },

  // What is sent

  {
    id: 'blank-ids',
    when: 'both ids are blank',
    live: 'sends the event',
    ours: '400; the message says which fields to map',
    why: 'Ortto cannot tell whose event it is.',
    matches: oursDoesNotSend(400, ({ payload }) => isBlank(payload.user_id) && isBlank(payload.anonymous_id))
  },
  {
    id: 'blank-event',
    when: 'the Event name is blank',
    live: 'reports success of a single event, though it is not sent; 400 of one in a batch, as if Ortto had rejected it',
    ours: '400, reported by the integration',
    why: 'Ortto cannot tell which activity it is.',
    matches: oursDoesNotSend(400, ({ payload }, one) => !isContact(one) && isBlank(payload.event))
  },
  {
    id: 'from-ortto',
    when: 'an activity that came from Ortto is invalid',
    live: '400',
    ours: 'ignores it, as any activity that came from Ortto',
    why: 'It is not sent back in either case.',
    matches: oursDoesNotSend(
      200,
      ({ payload, live }, one) => !isContact(one) && isFromOrtto(payload) && live.outcome === 'failure'
    )
  },
  {
    id: 'zero-id',
    when: 'an id is 0 or false',
    live: 'sends an empty text instead, or rejects the event if it has no other id',
    ours: 'sends it as text',
    why: 'It may be the id of a user.',
    matches: any(
      member(/^item\.(user_id|anonymous_id)$/, ({ about, live, ours, event }) => {
        const id = event.payload[about.slice('item.'.length)]
        return live === '' && isZero(id) && isTextOf(ours, id)
      }),
      onlyOursSends(({ payload, ourItem }) =>
        ['user_id', 'anonymous_id'].some((id) => isZero(payload[id]) && isTextOf(ourItem?.[id], payload[id]))
      )
    )
  },
  {
    id: 'missing-id',
    when: 'an id is the text `undefined`, `null`, `NaN`, `[object Object]` or `[object Undefined]`',
    live: 'sends it',
    ours: 'sends it, and the success says so',
    why: 'A program wrote it in place of an id that it did not have, and all such events become one contact.',
    matches: hasNote(({ payload }) => isMissingValue(payload.user_id) || isMissingValue(payload.anonymous_id))
  },
  {
    id: 'blank-member',
    when: 'a member is null, empty or blank',
    live: 'sends it; rejects an event with a blank timestamp',
    ours: 'leaves it out',
    why: 'It says nothing, and could replace something that Ortto knows.',
    matches: any(
      leftOut(/^item\.(user_id|anonymous_id|message_id|ip|namespace|location\.\w+)$/, isBlank),
      onlyOursSends(
        ({ payload: { timestamp }, ourItem }) =>
          typeof timestamp === 'string' && isBlank(timestamp) && ourItem?.timestamp === undefined
      )
    )
  },
  {
    id: 'ip',
    when: 'the IP address is not IPv4',
    live: 'rejects the event',
    ours: 'sends the event without the address, and says so; sends an IPv4 address in IPv6 as IPv4',
    why: 'It is not known whether Ortto accepts IPv6, and an event is worth more than its address.',
    matches: any(
      onlyOursSends(
        ({ payload: { ip }, ourItem }) =>
          ip !== undefined && ip !== null && !isIPv4(ip) && (ourItem?.ip === undefined || isIPv4(ourItem.ip))
      ),
      leftOut(/^item\.ip$/, (live) => !isIPv4(live)),
      hasNote(({ payload: { ip } }) => !isBlank(ip) && !isIPv4(ip))
    )
  },
  {
    id: 'unspecified-ip',
    when: 'the IP address is 0.0.0.0',
    live: 'sends it',
    ours: 'leaves it out',
    why: 'It is written where an address is not known.',
    matches: any(
      leftOut(/^item\.ip$/, (live) => live === '0.0.0.0'),
      hasNote(({ payload }) => payload.ip === '0.0.0.0')
    )
  },
  {
    id: 'timestamp-form',
    when: 'the timestamp is a date, has no zone, counts seconds or milliseconds, or is in a rare form of ISO 8601',
    live: 'rejects the event, or sends it as it is',
    ours: 'sends it as ISO 8601 in UTC',
    why: 'Segment means UTC, and Ortto would have to guess.',
    matches: any(
      member(
        /^item\.timestamp$/,
        ({ live, ours, event }) => !isUsualTime(live) && isSameDay(event.payload.timestamp, ours)
      ),
      onlyOursSends(
        ({ payload: { timestamp }, ourItem }) => !isUsualTime(timestamp) && isSameDay(timestamp, ourItem?.timestamp)
      )
    )
  },
  {
    id: 'unreadable-timestamp',
    when: 'the timestamp cannot be read',
    live: 'rejects the event, or sends it as it is',
    ours: 'rejects an activity; sends a contact without it, and says so',
    why: 'Ortto would store an activity at the wrong time, and a contact needs no time.',
    matches: any(
      leftOut(/^item\.timestamp$/, (live, one) => isContact(one) && !isUsualTime(live)),
      hasNote(({ payload, ourItem }) => !isUsualTime(payload.timestamp) && ourItem?.timestamp === undefined),
      onlyOursSends(
        ({ payload, ourItem }, one) =>
          isContact(one) && !isUsualTime(payload.timestamp) && ourItem?.timestamp === undefined
      ),
      oursDoesNotSend(
        400,
        ({ payload, liveItem }, one) =>
          !isContact(one) && !isUsualTime(payload.timestamp) && (liveItem !== undefined || isMalformed(one.of.apiKey))
      )
    )
  },
  {
    id: 'listed-part',
    when: 'a part of the address is a list of one text',
    live: 'rejects the event',
    ours: 'sends the text',
    why: 'It can mean nothing else.',
    matches: onlyOursSends(
      ({ payload: { location } }) => isRecord(location) && Object.values(location).some((part) => Array.isArray(part))
    )
  },
  {
    id: 'empty-location',
    when: 'an event has no address',
    live: 'sends an empty location',
    ours: 'sends no location',
    why: 'A location outranks the IP address.',
    matches: leftOut(/^item\.location$/, (live) => isRecord(live) && Object.values(live).every(isBlank))
  },
  {
    id: 'post-code',
    when: 'the post code is in `postalCode`',
    live: 'leaves it out',
    ours: 'sends it, unless `postal_code` is there',
    why: "It is the name in Segment's spec.",
    matches: member(/^item\.location\.post_code$/, ({ ours, event }) =>
      isTextOf(ours, addressOf(event.raw)?.postalCode)
    )
  },
  {
    id: 'one-address',
    when: 'the traits and the context have an address each',
    live: 'fills missing parts of one from the other',
    ours: 'uses only the one in the traits, also if it is empty',
    why: 'The city of one address and the country of another are not a place.',
    matches: leftOut(/^item\.location(\.\w+)?$/, (live, { about, of, event }) => {
      const { address } = traitsOf(event.raw)
      const parts = isRecord(live) ? Object.keys(live) : [about.slice('item.location.'.length)]
      const keys = parts.flatMap((part) => (part === 'post_code' ? ['postalCode', 'postal_code'] : part))
      return of.mappingOf === 'each' && isRecord(address) && keys.every((key) => isBlank(address[key]))
    })
  },
  {
    id: 'empty-key',
    when: 'a key in traits or properties is empty, inside an array',
    live: 'sends the member',
    ours: 'drops it',
    why: 'Both drop it everywhere else.',
    matches: leftOut(/^item\.(traits|properties)\.(.*\.)?\d+\.(.*\.)?$/, () => true)
  },
  {
    id: 'empty-attributes',
    when: 'traits or properties are empty',
    live: 'sends `{}`',
    ours: 'leaves them out',
    why: "Traits of an activity count against Ortto's limit for contacts.",
    matches: leftOut(/^item\.(traits|properties)$/, (live) => isRecord(live) && Object.keys(live).length === 0)
  },
  {
    id: 'depth',
    when: 'traits or properties are nested more than 1,000 levels deep',
    live: 'sends them',
    ours: 'leaves out the deeper levels, and says so',
    why: 'Thousands of levels fail in every program that reads them.',
    matches: any(
      member(
        /^item\.(traits|properties)\./,
        ({ about, ours }) => (ours === undefined || ours === null) && about.split('.').length > 1000
      ),
      hasNote(({ liveItem }) => isDeep(liveItem?.traits) || isDeep(liveItem?.properties))
    )
  },
  {
    id: 'controls',
    when: 'always',
    live: 'sends `enable_batching`, `batch_size` and `audience_update_mode`',
    ours: 'does not send them',
    why: 'They mean nothing to Ortto.',
    matches: leftOut(/^item\.(enable_batching|batch_size|audience_update_mode)$/, () => true)
  },

  // Audiences

  {
    id: 'follow-segment',
    when: 'a mapping follows an Engage audience',
    live: 'needs one mapping for those who enter, and one for those who leave',
    ours: 'has the Audience update mode "Follow Segment": an event of an Engage audience or journey adds the contact when the person entered, and removes it when the person left',
    why: 'The event says which of the two happened.',
    matches: onlyOursSends(
      ({ raw, payload, ourItem }, { of }) =>
        payload.audience_update_mode === 'follow_segment' &&
        modeOf(ourItem?.audience) === (isRecord(of.mapping.onMappingSave) ? modeFor(raw) : undefined)
    )
  },
  {
    id: 'reverse-etl',
    when: 'a mapping of a warehouse is connected to an audience',
    live: 'has no hook for it',
    ours: 'has the hook `retlOnMappingSave`',
    why: 'Segment shows warehouses this hook instead of the other.',
    matches: member(
      /^item\.audience$/,
      ({ live, ours, event, of }) =>
        live === undefined &&
        isRecord(of.mapping.retlOnMappingSave) &&
        modeOf(ours) === event.payload.audience_update_mode
    )
  },
  {
    id: 'blank-audience',
    when: 'the saved id of the audience is blank, or not a text',
    live: 'sends it',
    ours: 'changes no audience',
    why: 'It names no audience of Ortto.',
    matches: leftOut(/^item\.audience$/, (live) => isRecord(live) && (isBlank(live.id) || typeof live.id !== 'string'))
  }
]

/** What our definition says otherwise. */
export const METADATA: readonly MetadataEntry[] = [
  {
    id: 'actions',
    when: 'a new mapping upserts contacts',
    live: 'has the action `upsertContactProfile`',
    ours: 'has the action `upsertContact`; the old key is a hidden alias of it',
    why: 'Saved mappings keep working.',
    matches: ({ path, live, ours }) =>
      (path === 'actions.upsertContact' && live === undefined) ||
      (path === 'actions.upsertContactProfile.hidden' && ours === true) ||
      (path === 'presets.0.partnerAction' && live === 'upsertContactProfile' && ours === 'upsertContact')
  },
  {
    id: 'required-id',
    when: 'neither id is mapped',
    live: 'requires each id where the other is missing: "The root value is missing the required field \'user_id\'. The root value must match …"',
    ours: 'checks in the action: 400; the message says which fields to map',
    why: 'The action can say it in a sentence, and also sees ids that are blank.',
    matches: ({ path, live, ours }) =>
      /^actions\.\w+\.fields\.(user_id|anonymous_id)\.required$/.test(path) && isRecord(live) && ours === undefined
  },
  {
    id: 'formats',
    when: 'a timestamp or an IP address is checked',
    live: 'has the formats `date-time` and `ipv4`',
    ours: 'has no formats, and reads the values in the action',
    why: 'A format rejects the whole event.',
    matches: ({ path, live, ours }) =>
      /^actions\.\w+\.fields\.(timestamp|ip)\.format$/.test(path) &&
      (live === 'date-time' || live === 'ipv4') &&
      ours === undefined
  },
  {
    id: 'allow-null',
    when: 'a field of the address is null',
    live: 'allows null in the schema',
    ours: 'has no need to: null counts as missing',
    why: 'Without it, the framework turns a list of one text into the text.',
    matches: ({ path, live, ours }) =>
      /^actions\.\w+\.fields\.(ip|location|location\.properties\.\w+)\.allowNull$/.test(path) &&
      live === true &&
      ours === undefined
  },
  {
    id: 'follow-segment-choice',
    when: 'the Audience update mode is chosen',
    live: 'offers "Add" and "Remove"',
    ours: 'offers "Follow Segment" as well, and describes it',
    why: 'One mapping then serves both.',
    matches: ({ path, live, ours }) =>
      /^actions\.\w+\.fields\.audience_update_mode\.(choices\.2|description)$/.test(path) &&
      (path.endsWith('description')
        ? String(ours).startsWith(String(live))
        : live === undefined && isRecord(ours) && ours.value === 'follow_segment')
  },
  {
    id: 'location-default',
    when: 'a new mapping finds the address',
    live: 'looks for each part in both places, and for the post code in `postal_code`',
    ours: 'uses the address of one place, and looks for the post code in `postalCode` as well',
    why: "Segment's spec writes `postalCode`, and one address is one place.",
    matches: ({ path }) =>
      /^(presets\.[01]\.mapping\.location|actions\.\w+\.fields\.location\.default)\.(country|state|city|post_code)\./.test(
        path
      )
  },
  {
    id: 'reverse-etl-hook',
    when: 'a mapping of a warehouse is saved',
    live: 'does not offer an audience',
    ours: 'offers the same hook as for events',
    why: 'Segment shows warehouses another hook.',
    matches: ({ path, live }) => /^actions\.\w+\.hooks\.retlOnMappingSave$/.test(path) && live === undefined
  },
  {
    id: 'destination-description',
    when: 'the catalog describes the destination',
    live: 'says what it is for',
    ours: 'says what it does',
    why: 'The real result of every event is what is new.',
    matches: ({ path, ours }) => path === 'description' && typeof ours === 'string'
  },
  {
    id: 'field-descriptions',
    when: 'a field is described',
    live: 'does not describe the parts of a location; has a slip in those of a saved audience ("linkted")',
    ours: 'describes each field',
    why: "Segment's rules ask for a label and a description of every field.",
    matches: ({ path, ours }) =>
      typeof ours === 'string' &&
      /^actions\.\w+\.(fields\.(location\.properties\.\w+|namespace)|hooks\.onMappingSave\.outputTypes\.\w+)\.description$/.test(
        path
      )
  },
  {
    id: 'explicit-defaults',
    when: "the framework's defaults apply",
    live: 'leaves them out',
    ours: 'names the platform, and that traits and properties may have any member',
    why: 'It is the same, and easier to see.',
    matches: ({ path, live, ours }) =>
      live === undefined &&
      ((/^actions\.\w+\.platform$/.test(path) && ours === 'cloud') ||
        (/^actions\.\w+\.fields\.(traits|properties)\.additionalProperties$/.test(path) && ours === true))
  },
  {
    id: 'extend-request',
    when: 'a request is made',
    live: 'adds the API key to every request of the framework',
    ours: 'adds it to its own requests',
    why: 'The key is checked first.',
    matches: ({ path, live, ours }) => path === 'extendRequest' && live === true && ours === undefined
  }
]

/** Every class of differences, in the order of the table. */
export const ENTRIES: readonly Entry[] = [...BEHAVIOR, ...METADATA]
