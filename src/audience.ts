import type { ActionDefinition, AudienceMembership } from '@segment/actions-core'
import get from 'lodash/get'
import type { Settings } from './generated-types'
import { OrttoClient } from './ortto-client'
import type { OrttoAudienceUpdate } from './types'
import type { OnMappingSaveInputs, OnMappingSaveOutputs, Payload } from './upsertContact.types'
import { unlessBlank } from './values'

type Hooks = ActionDefinition<Settings, unknown, unknown, OnMappingSaveInputs, OnMappingSaveOutputs>['hooks']
type Hook = NonNullable<NonNullable<Hooks>['onMappingSave']>

/** Connects a mapping to an audience when the customer saves it. From then on its events update the audience. */
const associateAudience: Hook = {
  label: 'Associate Audience',
  description:
    'Link the Contact to an Audience in Ortto. If the Audience does not already exist, it will be created in Ortto.',
  inputFields: {
    audience_name: {
      label: 'Audience Name',
      description: 'The name of the Ortto Audience to link the Contact to.',
      type: 'string',
      required: false
    }
  },
  outputTypes: {
    audience_id: {
      label: 'ID',
      description: 'The ID of the Ortto Audience that Contacts are linked to.',
      type: 'string',
      required: false
    },
    audience_name: {
      label: 'Name',
      description: 'The name of the Ortto Audience that Contacts are linked to.',
      type: 'string',
      required: false
    }
  },
  performHook: async (request, { settings, hookInputs }) => {
    const name = unlessBlank(hookInputs?.audience_name)?.trim()
    if (name === undefined) {
      // Saved, because otherwise an audience that was connected before would stay.
      return { successMessage: 'No Audience Name was entered, so no audience is connected.', savedData: {} }
    }
    const created = await new OrttoClient(request, settings.api_key).createAudience(name)
    if ('failure' in created) {
      return { error: { message: created.failure.message, code: String(created.failure.status) } }
    }
    const { value: audience } = created
    return {
      successMessage: `Connected to the Ortto audience "${audience.name}" (ID: ${audience.id}).`,
      savedData: { audience_id: audience.id, audience_name: audience.name }
    }
  }
}

/** Segment offers the second hook in place of the first when the source is a warehouse (Reverse ETL). */
export const audienceHooks: NonNullable<Hooks> = {
  onMappingSave: associateAudience,
  retlOnMappingSave: associateAudience
}

/** What an event does to the audience that its mapping is connected to. */
export interface AudienceChange {
  update?: OrttoAudienceUpdate
  /** Why there is no update although the mapping asks for one: a sentence for the event's result. */
  note?: string
}

/**
 * Reads what an event does to the audience that its mapping is connected to. Only the modes `add`, `remove` and
 * `follow_segment` change an audience: a mapping that gives none, such as "add only VIPs", changes nothing.
 * @param hookOutputs what the framework hands over of the mapping's saved hooks
 * @param membership what the event says about an Engage audience or journey: entered, left, or neither
 */
export function readAudienceChange(
  { audience_update_mode: mode }: Pick<Payload, 'audience_update_mode'>,
  hookOutputs: unknown,
  membership: AudienceMembership
): AudienceChange {
  const saved = findAudience(hookOutputs)
  if (saved === undefined) {
    return {}
  }
  const { id, isForRows } = saved
  switch (mode) {
    case 'add':
    case 'remove':
      return { update: { mode, id } }
    case 'follow_segment':
      if (membership === undefined) {
        return isForRows ? { note: ROWS_DO_NOT_TELL } : {}
      }
      return { update: { mode: membership ? 'add' : 'remove', id } }
    default:
      return {}
  }
}

const ROWS_DO_NOT_TELL =
  'The audience was not changed: the row of a warehouse does not tell who entered or left it. Use the modes Add and Remove.'

/** The audience that the mapping is connected to, and whether its events are rows of a warehouse. */
function findAudience(hookOutputs: unknown): { id: string; isForRows: boolean } | undefined {
  const read = (hook: string) => unlessBlank(get(hookOutputs, [hook, 'outputs', 'audience_id']))
  const ofEvents = read('onMappingSave')
  const id = ofEvents ?? read('retlOnMappingSave')
  return id === undefined ? undefined : { id, isForRows: ofEvents === undefined }
}
