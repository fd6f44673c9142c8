import { Destination } from '@segment/actions-core'
import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import { z } from 'zod'
import { truncate } from '../../common/truncate'
import type { Settings } from '../../src/generated-types'
import { isRetryable } from '../../src/results'
import { isRecord, unlessBlank } from '../../src/values'
import { ACTIONS, quote } from '../mapping/mapping-fields'
import type { ActionKey } from '../mapping/mapping-fields'
import type { Mapping } from '../mapping/mappings'

/** The hooks that connect a mapping to an audience: for events, and for the rows of a warehouse */
const HOOKS = ['onMappingSave', 'retlOnMappingSave'] as const

/** The hook of an action */
interface ActionHook {
  action: ActionKey
  hook: typeof HOOKS[number]
}

/** An audience could not be connected. */
export class AudienceError extends Error {
  /** @param isTemporary trying again later may succeed without any change */
  constructor(message: string, readonly isTemporary: boolean) {
    super(message)
  }
}

/** What the hook saves in a mapping. None when no name was given. */
interface ConnectedAudience {
  outputs?: { audience_id: string; audience_name: string }
  /** The hook's own sentence about its success */
  message?: string
}

/** The hook's result: what is saved in the mapping, or an error. */
const HookResult = z.object({
  savedData: z.object({ audience_id: z.string().optional(), audience_name: z.string().optional() }).optional(),
  successMessage: z.string().optional(),
  error: z.object({ message: z.string(), code: z.string() }).optional()
})

/** Characters of a hook's message */
const MAX_MESSAGE_LENGTH = 500

/**
 * Connects to an audience by its name, as Segment does when a customer saves a mapping: the action's hook finds the
 * audience at the target, or creates it.
 * @throws AudienceError with the hook's message
 */
export async function connectAudience(
  definition: DestinationDefinition<Settings>,
  settings: Settings,
  name: string,
  { action, hook }: ActionHook
): Promise<ConnectedAudience> {
  const data = { settings, payload: {}, hookInputs: { audience_name: name } }
  const result: unknown = await new Destination(definition).actions[action].executeHook(hook, data)
  const { savedData, successMessage, error } = HookResult.parse(result)
  if (error) {
    throw new AudienceError(truncate(error.message, MAX_MESSAGE_LENGTH), isRetryable(Number(error.code)))
  }
  const { audience_id, audience_name } = savedData ?? {}
  const isConnected = audience_id !== undefined && audience_name !== undefined
  return { outputs: isConnected ? { audience_id, audience_name } : undefined, message: successMessage }
}

/** How the audiences of mappings are connected. */
interface ConnectOptions {
  /** Keeps the audience ids that the mappings have, and connects only the audiences without one. @default false */
  keepsIds?: boolean
}

/**
 * The mappings with their named audiences connected at the target. The ids that mappings have may be those of another
 * account, so the audiences are found again by name. A mapping whose audience has no name keeps its id.
 * @throws AudienceError when an audience cannot be connected: its mapping would send events without it
 */
export async function connectAudiences(
  mappings: readonly Mapping[],
  definition: DestinationDefinition<Settings>,
  settings: Settings,
  { keepsIds = false }: ConnectOptions = {}
): Promise<Mapping[]> {
  const known = new Map<string, ConnectedAudience>()
  const connect = async (name: string, at: ActionHook): Promise<ConnectedAudience> => {
    const key = JSON.stringify([at.action, at.hook, name])
    const audience = known.get(key) ?? (await connectAudience(definition, settings, name, at))
    known.set(key, audience)
    return audience
  }
  const connected: Mapping[] = []
  for (const one of mappings) {
    const saved: JSONObject = {}
    for (const { hook, name, hasId } of listAudiences(one)) {
      if (!(keepsIds && hasId)) {
        const { outputs } = await connect(name, { action: one.partnerAction, hook }).catch(rethrowFor(name, one))
        saved[hook] = { inputs: { audience_name: name }, outputs: outputs ?? {} }
      }
    }
    connected.push({ ...one, mapping: { ...one.mapping, ...saved } })
  }
  return connected
}

/** Says in the error which audience of which mapping it is about. */
function rethrowFor(audience: string, mapping: Mapping): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof AudienceError)) {
      throw error
    }
    const what = `The audience ${quote(audience)} of the mapping ${quote(mapping.name)} cannot be connected`
    throw new AudienceError(`${what}: ${error.message}`, error.isTemporary)
  }
}

/** The named audiences that the hooks of a mapping have. */
function listAudiences({ mapping, partnerAction }: Mapping) {
  return HOOKS.flatMap((hook) => {
    const saved = ACTIONS[partnerAction].hooks?.[hook] && mapping[hook]
    const read = (part: string, key: string) => {
      const values = isRecord(saved) ? saved[part] : undefined
      return isRecord(values) ? unlessBlank(values[key]) : undefined
    }
    const name = read('inputs', 'audience_name') ?? read('outputs', 'audience_name')
    return name === undefined ? [] : [{ hook, name, hasId: read('outputs', 'audience_id') !== undefined }]
  })
}
