import type { InputField } from '@segment/actions-core'
import { MAX_ITEMS } from './ortto-client'

/** Fields that both actions have. What is different in one of them is spread over it there. */

export const timestamp: InputField = {
  label: 'Timestamp',
  description: 'Event timestamp (ISO 8601)',
  // Not `datetime`: its check costs the whole event where only the timestamp is bad.
  type: 'string',
  required: false,
  default: { '@path': '$.timestamp' }
}

export const messageId: InputField = {
  label: 'Message ID',
  description: 'Message ID',
  type: 'string',
  required: false,
  default: { '@path': '$.messageId' }
}

export const userId: InputField = {
  label: 'User ID',
  description: 'The unique user identifier',
  type: 'string',
  required: false,
  default: { '@path': '$.userId' }
}

export const anonymousId: InputField = {
  label: 'Anonymous ID',
  description: 'Anonymous user identifier',
  type: 'string',
  required: false,
  default: { '@path': '$.anonymousId' }
}

export const enableBatching: InputField = {
  label: 'Batch data',
  description: 'When enabled, events will be sent to Ortto in batches for improved efficiency.',
  type: 'boolean',
  required: false,
  default: true
}

export const batchSize: InputField = {
  label: 'Batch Size',
  description: 'Maximum number of events to include in each batch.',
  type: 'number',
  required: false,
  unsafe_hidden: true,
  readOnly: true,
  default: MAX_ITEMS
}

export const audienceUpdateMode: InputField = {
  label: 'Audience update mode',
  description:
    'Indicates whether the Contact should be added to or removed from the Audience. "Follow Segment" reads it from the events of an Engage audience or journey: the Contact is added when the person entered, removed when the person left, and any other event changes nothing. It follows every Engage audience whose events match this mapping, so let the trigger match the events of one audience only.',
  type: 'string',
  required: false,
  choices: [
    { label: 'Add', value: 'add' },
    { label: 'Remove', value: 'remove' },
    { label: 'Follow Segment', value: 'follow_segment' }
  ],
  default: 'add'
}

export const ipAddress: InputField = {
  label: 'IP Address',
  description: "The Contact's IP address",
  placeholder: '180.1.12.125',
  // No `ipv4` format: it costs every event from an IPv6 client.
  type: 'string',
  required: false,
  default: { '@path': '$.context.ip' }
}

export const contactTraits: InputField = {
  label: 'Custom Contact traits',
  description: 'An object containing key-value pairs representing custom properties assigned to Contact profile',
  type: 'object',
  required: false,
  additionalProperties: true,
  defaultObjectUI: 'keyvalue',
  default: {
    '@if': { exists: { '@path': '$.traits' }, then: { '@path': '$.traits' }, else: { '@path': '$.context.traits' } }
  }
}

export const contactLocation: InputField = {
  label: 'Location',
  description: "The Contact's location. Takes priority over the IP address.",
  type: 'object',
  required: false,
  additionalProperties: false,
  defaultObjectUI: 'keyvalue:only',
  properties: {
    country: { label: 'Country', description: 'The name of the country', type: 'string', required: false },
    state: { label: 'State', description: 'The name of the state or region', type: 'string', required: false },
    city: { label: 'City', description: 'The name of the city', type: 'string', required: false },
    post_code: { label: 'Postcode', description: 'The postcode', type: 'string', required: false }
  },
  default: {
    country: fromAddress((address) => ({ '@path': `${address}.country` })),
    state: fromAddress((address) => ({ '@path': `${address}.state` })),
    city: fromAddress((address) => ({ '@path': `${address}.city` })),
    post_code: fromAddress((address) => ({
      '@if': {
        // Not `blank`: with it, an object that has no text makes the framework throw, and the whole batch is lost.
        exists: { '@path': `${address}.postal_code` },
        then: { '@path': `${address}.postal_code` },
        else: { '@path': `${address}.postalCode` }
      }
    }))
  }
}

/** All parts of a location come from the same address: a city of one with the country of another would be nowhere. */
function fromAddress(part: (address: string) => object): object {
  return {
    '@if': {
      exists: { '@path': '$.traits.address' },
      then: part('$.traits.address'),
      else: part('$.context.traits.address')
    }
  }
}
