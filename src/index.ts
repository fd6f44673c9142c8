import { APIError, defaultValues, InvalidAuthenticationError } from '@segment/actions-core'
import type { DestinationDefinition } from '@segment/actions-core'
import { WHERE_TO_FIND_THE_KEY } from './api-key'
import type { Settings } from './generated-types'
import { OrttoClient } from './ortto-client'
import { isRetryable } from './results'
import trackActivity from './track-activity'
import upsertContact from './upsert-contact'
import { endSentence } from './values'

/** The key that the earlier version of this destination had: mappings that were saved with it keep working. */
const upsertContactProfile: typeof upsertContact = { ...upsertContact, hidden: true }

const destination: DestinationDefinition<Settings> = {
  name: 'Ortto (Actions)',
  slug: 'actions-ortto',
  mode: 'cloud',
  description: 'Send contacts and activities to Ortto, and see the real result of every event.',
  authentication: {
    scheme: 'custom',
    fields: {
      api_key: {
        label: 'API Key',
        description: 'Ortto API key',
        type: 'password',
        required: true
      }
    },
    testAuthentication: async (request, { settings }) => {
      const response = await new OrttoClient(request, settings.api_key).me()
      if (!('failure' in response)) {
        return
      }
      const { status, message } = response.failure
      if (status === 401 || status === 403) {
        const refusal = `Ortto refused the API key. ${WHERE_TO_FIND_THE_KEY}`
        throw new InvalidAuthenticationError(response.isSent ? refusal : message)
      }
      const advice = isRetryable(status) ? ' Try again in a few minutes.' : ''
      throw new APIError(`The API key could not be checked: ${endSentence(message)}${advice}`, status)
    }
  },
  presets: [
    {
      name: 'Upsert Contact',
      subscribe: 'type = "identify"',
      partnerAction: 'upsertContact',
      mapping: defaultValues(upsertContact.fields),
      type: 'automatic'
    },
    {
      name: 'Track Activity',
      subscribe: 'type = "track"',
      partnerAction: 'trackActivity',
      mapping: defaultValues(trackActivity.fields),
      type: 'automatic'
    }
  ],
  actions: { upsertContact, trackActivity, upsertContactProfile }
}

export default destination
