import type { ActionDefinition } from '@segment/actions-core'
import { audienceHooks } from '../audience'
import { deliverBatch, deliverEvent } from '../deliver'
import type { Delivery } from '../deliver'
import {
  anonymousId,
  audienceUpdateMode,
  batchSize,
  contactLocation,
  contactTraits,
  enableBatching,
  ipAddress,
  messageId,
  timestamp,
  userId
} from '../fields'
import type { Settings } from '../generated-types'
import { prepareActivity } from '../prepare'
import type { OrttoActivity } from '../types'
import type { OnMappingSaveInputs, OnMappingSaveOutputs, Payload } from '../trackActivity.types'

const delivery: Delivery<Payload, OrttoActivity> = {
  prepare: prepareActivity,
  send: (client, activities, timeout) => client.track(activities, timeout)
}

const action: ActionDefinition<Settings, Payload, unknown, OnMappingSaveInputs, OnMappingSaveOutputs> = {
  title: 'Track Activity',
  description: 'Track user activity',
  platform: 'cloud',
  defaultSubscription: 'type = "track"',
  fields: {
    timestamp: {
      ...timestamp,
      description:
        'Event timestamp in ISO 8601 format. Used with the Message ID to uniquely identify an activity in Ortto. If not provided, duplicate activities may occur.'
    },
    message_id: {
      ...messageId,
      description:
        'Message ID. Combined with the event timestamp to uniquely identify an activity in Ortto. If omitted, duplicate activities may occur.'
    },
    user_id: userId,
    anonymous_id: anonymousId,
    enable_batching: enableBatching,
    ip: { ...ipAddress, description: 'The IP address of the location where the activity occurred.' },
    location: {
      ...contactLocation,
      description: 'The location where the activity occurred. Takes priority over the IP address.'
    },
    traits: {
      ...contactTraits,
      description: "key-value custom property pairs to be assigned to the Contact's profile"
    },
    audience_update_mode: audienceUpdateMode,
    batch_size: batchSize,
    event: {
      label: 'Event name',
      description: 'Event name',
      type: 'string',
      required: true,
      default: { '@path': '$.event' }
    },
    namespace: {
      label: 'Namespace',
      description: 'The app that the event came from. An activity that came from Ortto is not sent back to it.',
      type: 'string',
      required: false,
      unsafe_hidden: true,
      readOnly: true,
      default: { '@path': '$.context.app.namespace' }
    },
    properties: {
      label: 'Activity properties',
      description: 'An object containing key-value pairs representing activity attributes',
      type: 'object',
      required: false,
      additionalProperties: true,
      defaultObjectUI: 'keyvalue',
      default: { '@path': '$.properties' }
    }
  },
  hooks: audienceHooks,
  perform: (request, input) => deliverEvent(request, input, delivery),
  performBatch: (request, input) => deliverBatch(request, input, delivery)
}

export default action
