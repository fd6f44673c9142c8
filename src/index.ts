import { APIError, defaultValues, InvalidAuthenticationError } from '@segment/actions-core'
import type { DestinationDefinition } from '@segment/actions-core'
import { WHERE_TO_FIND_THE_KEY } from './api-key'
import type { Settings } from './generated-types'
import { OrttoClient } from './ortto-client'
import trackActivity from './trackActivity'
import upsertContact from './upsertContact'
import { sentence } from './values'

const destination: DestinationDefinition<Settings> = {
  name: 'Ortto (Actions)',
  slug: 'actions-ortto',
  mode: 'cloud',
  description: 'Send contacts and activities to Ortto, and learn what became of every event.',
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
      const answer = await new OrttoClient(request, settings.api_key).me()
      if (!('failure' in answer)) {
        return
      }
      const { status, message } = answer.failure
      if (status === 401 || status === 403) {
        const refusal = `Ortto refused the API key. ${WHERE_TO_FIND_THE_KEY}`
        throw new InvalidAuthenticationError(answer.isSent ? refusal : message)
      }
      const isPassing = status === 408 || status === 429 || status >= 500
      const advice = isPassing ? ' Try again in a few minutes.' : ''
      throw new APIError(`The API key could not be checked: ${sentence(message)}${advice}`, status)
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
  actions: { upsertContact, trackActivity }
}

export default destination
