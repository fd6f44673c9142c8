import type { ActionDefinition, AudienceMembership } from '@segment/actions-core'
import type { Settings } from './generated-types'
import { OrttoClient } from './ortto-client'
import type { OrttoAudienceUpdate } from './types'
import type { OnMappingSaveInputs, OnMappingSaveOutputs, Payload } from './upsertContact/generated-types'
import { isRecord, unlessBlank } from './values'

type Hooks = ActionDefinition<Settings, unknown, unknown, OnMappingSaveInputs, OnMappingSaveOutputs>['hooks']
type Hook = NonNullable<NonNullable<Hooks>['onMappingSave']>

/** Connects a mapping to an audience when the customer saves it. From then on its events update the audience. */
export const associateAudience: Hook = {
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
      // Saved, or an audience that was connected before would stay.
      return { successMessage: 'No Audience Name was entered, so no audience is connected.', savedData: {} }
    }
    const answer = await new OrttoClient(request, settings.api_key).createAudience(name)
    if ('failure' in answer) {
      return { error: { message: answer.failure.message, code: String(answer.failure.status) } }
    }
    const { value: audience } = answer
    return {
      successMessage: `Connected to the Ortto audience "${audience.name}" (ID: ${audience.id}).`,
      savedData: { audience_id: audience.id, audience_name: audience.name }
    }
  }
}

/**
 * What one event does to the audience that its mapping is connected to. Undefined when it changes nothing.
 * @param hookOutputs what the framework hands over of the mapping's saved hooks
 * @param membership what the event says about an Engage audience or journey: entered, left, or neither
 */
export function audienceUpdate(
  { audience_update_mode: mode }: Pick<Payload, 'audience_update_mode'>,
  hookOutputs: unknown,
  membership: AudienceMembership
): OrttoAudienceUpdate | undefined {
  const id = savedAudienceId(hookOutputs)
  if (id === undefined) {
    return undefined
  }
  if (mode === 'follow_segment') {
    return membership === undefined ? undefined : { mode: membership ? 'add' : 'remove', id }
  }
  return { mode: mode === 'remove' ? 'remove' : 'add', id }
}

function savedAudienceId(hookOutputs: unknown): string | undefined {
  const hook = isRecord(hookOutputs) ? hookOutputs.onMappingSave : undefined
  const outputs = isRecord(hook) ? hook.outputs : undefined
  return isRecord(outputs) ? unlessBlank(outputs.audience_id) : undefined
}
