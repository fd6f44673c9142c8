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
import { prepareContact } from '../prepare'
import type { OrttoContact } from '../types'
import type { OnMappingSaveInputs, OnMappingSaveOutputs, Payload } from '../upsertContact.types'

const delivery: Delivery<Payload, OrttoContact> = {
  prepare: prepareContact,
  send: (client, contacts, timeout) => client.identify(contacts, timeout)
}

const action: ActionDefinition<Settings, Payload, unknown, OnMappingSaveInputs, OnMappingSaveOutputs> = {
  title: 'Upsert Contact',
  description: 'Create or update a Contact in Ortto',
  platform: 'cloud',
  defaultSubscription: 'type = "identify"',
  fields: {
    timestamp: { ...timestamp, unsafe_hidden: true, readOnly: true },
    message_id: { ...messageId, unsafe_hidden: true, readOnly: true },
    user_id: userId,
    anonymous_id: anonymousId,
    enable_batching: enableBatching,
    ip: ipAddress,
    location: contactLocation,
    traits: contactTraits,
    audience_update_mode: audienceUpdateMode,
    batch_size: batchSize
  },
  hooks: audienceHooks,
  perform: (request, input) => deliverEvent(request, input, delivery),
  performBatch: (request, input) => deliverBatch(request, input, delivery)
}

export default action
