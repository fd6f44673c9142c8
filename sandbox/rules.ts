/**
 * Every number and list that the sandbox goes by, once. Each names its source: "Ortto" is Ortto's public documentation
 * of the data source "Segment (Actions)"; "Ortto's help" is another of its public help pages, with its number; "ours"
 * was chosen for this sandbox, because Ortto's documents leave it open or because a local program needs it. This file
 * imports nothing, so that a web page can import it.
 */

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

// The plan's limits

/** Ortto: identify events in 24 hours for each contact of the plan. */
export const IDENTIFY_EVENTS_PER_CONTACT = 10
/** Ortto: track events in 24 hours for each contact and activity of the plan. Its printed examples come out at 10. */
export const TRACK_EVENTS_PER_CONTACT_AND_ACTIVITY = 5
/** Ours: the plan of an account that does not describe one. Ortto's help: plans allow 100, 150 or 200 custom fields. */
export const DEFAULT_PLAN = { contacts: 5000, activities: 5, customFields: 100 }
/** Ortto: limits apply to the last 24 hours. */
export const LIMIT_WINDOW_MS = 24 * HOUR_MS
/** Ours: usage is counted by the minute, so that it takes the same memory for any number of events. */
export const USAGE_STEP_MS = 60 * SECOND_MS

// Contacts

/**
 * Ortto's help (a-299): what an event does to a contact. "overwrite": the newer value wins; "append": only empty fields
 * are filled; "ignore existing": a contact that exists is not changed. The last two do the same, and create no contact.
 */
export const MERGE_SETTINGS = [
  'overwrite',
  'append',
  'ignore existing',
  'new data for existing contacts only',
  'overwrite for existing contacts only'
] as const
export type MergeSetting = typeof MERGE_SETTINGS[number]

/** Ortto's help (a-55): unique identifier fields of one account. */
export const MAX_UNIQUE_IDENTIFIERS = 2
/** Ortto's help (a-55): text or phone number. Ours: also email, since the field Email has a type of its own here. */
export const UNIQUE_IDENTIFIER_TYPES: readonly FieldType[] = ['text', 'phone number', 'email']
/** Ortto's help (a-55): what identifies contacts in an account that does not say it, besides the two ids. */
export const DEFAULT_UNIQUE_IDENTIFIERS: readonly string[] = ['Email']

/** Ortto: the types of fields. */
export const FIELD_TYPES = [
  'text',
  'long text',
  'number',
  'decimal',
  'currency',
  'date',
  'date and time',
  'yes/no',
  'phone number',
  'single select',
  'multi select',
  'link',
  'email',
  'city',
  'country',
  'region'
] as const
export type FieldType = typeof FIELD_TYPES[number]

/** Ortto's help: the fields that every account has. The types are ours where their names leave them open. */
export const SYSTEM_FIELDS: readonly { name: string; type: FieldType }[] = [
  { name: 'First name', type: 'text' },
  { name: 'Last name', type: 'text' },
  { name: 'Email', type: 'email' },
  { name: 'Phone number', type: 'phone number' },
  { name: 'City', type: 'city' },
  { name: 'Country', type: 'country' },
  { name: 'Region', type: 'region' },
  { name: 'Postal code', type: 'text' },
  { name: 'Birthday', type: 'date' },
  { name: 'Language', type: 'text' },
  { name: 'External ID', type: 'text' },
  { name: 'GDPR', type: 'yes/no' },
  { name: 'Email permission', type: 'yes/no' },
  { name: 'SMS permission', type: 'yes/no' }
]

/** The formats in which dates arrive. Ortto: the first two. Ours: the others; the documents name only examples. */
export const DATE_FORMATS = [
  'YYYY-MM-DD',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'YYYY/MM/DD',
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'ISO 8601',
  'Unix seconds',
  'Unix milliseconds'
] as const
export type DateFormat = typeof DATE_FORMATS[number]

// Activities

/** Ortto's help (a-114, a-631): days that an activity is kept, unless the account says otherwise. */
export const DEFAULT_RETENTION_DAYS = 90
/** Ortto: activities of one day that a contact gets from the backlog. The rest are discarded. */
export const MAX_BACKLOG_ACTIVITIES_PER_DAY = 50

// Audiences

/** Ortto: a contact that left an audience less than this ago does not re-enter it at once. */
export const REENTRY_DELAY_MS = 60 * SECOND_MS
/** Ortto: a daily synchronization sets the right membership. Ours: it runs at midnight UTC. */
export const SYNCHRONIZATION_INTERVAL_MS = 24 * HOUR_MS

// Samples and the error log

/** Ours: samples that are kept of contacts, and of each activity. Ortto keeps "a few". */
export const SAMPLES_PER_KIND = 3
/** Ortto: the activity search offers this many recent names. */
export const MAX_ACTIVITY_NAMES = 500
/** Ortto: the log keeps this many errors, the newest. */
export const MAX_LOG_ENTRIES = 500
/** Ours: names of each kind that are remembered of what is accepted although it is not mapped. */
export const MAX_ACCEPTED_NAMES = 1000
/** Ours: UTF-16 code units that are kept of an activity's name. */
export const MAX_ACTIVITY_NAME_LENGTH = 1000
/** Ours: values that are kept of one item. */
export const MAX_KEPT_VALUES = 1000
/** Ours: UTF-16 code units that are kept of one item's texts and keys. */
export const MAX_KEPT_LENGTH = 20_000
/** Ours: UTF-16 code units of a text that is quoted in a message. */
export const MAX_QUOTE_LENGTH = 100

// Requests

/** Ours: the API key of an account that names none, so that programs need not ask for it. It is well-formed. */
export const DEFAULT_API_KEY = 'pau-local-ortto'
/** Ours: requests, and bytes of their bodies, that are kept to look at. */
export const MAX_LOGGED_REQUESTS = 1000
export const MAX_LOGGED_BYTES = 16 * 1024 * 1024
/** Ours: items in one request. It is the batch size that the destination uses by default. */
export const MAX_ITEMS_PER_REQUEST = 500
/** Ours: bytes of a request's body. Ortto's own limit is not known. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024
/** Ours: levels of objects and arrays in a body. */
export const MAX_BODY_DEPTH = 2000
/** Ours: bytes of a state that is imported. */
export const MAX_STATE_BYTES = 256 * 1024 * 1024

// The clock

/** Ours: the clock ends here, since later years have more than four digits. */
export const LAST_CLOCK_TIME_MS = Date.parse('9999-01-01T00:00:00Z')
/** Ours: the range of timestamps whose year in UTC has four digits. */
export const FIRST_TIMESTAMP_MS = Date.parse('0000-01-01T00:00:00Z')
export const LAST_TIMESTAMP_MS = Date.parse('9999-12-31T23:59:59.999Z')

// The state file

/** Ours: a change is saved after this time. */
export const SAVE_DELAY_MS = 5000
/** Ours: the largest part of the time that saving may take, since no request is processed meanwhile. */
export const MAX_SAVE_DUTY_CYCLE = 0.1
