import { z } from 'zod'
import { MAX_UNIQUE_IDENTIFIERS, SYSTEM_FIELDS, UNIQUE_IDENTIFIER_TYPES } from '../rules'
import { StateShape } from './schema'

const AccountVersion2 = z.looseObject({
  fields: z.array(z.looseObject({ name: z.string(), type: z.string(), format: z.string().optional() })),
  uniqueIdentifiers: z.array(z.string()),
  activities: z.array(z.looseObject({ retentionDays: z.number().optional() }))
})

/** A state of version 2: fields could have any type, and any number of them identified contacts. */
export const StateVersion2 = StateShape.extend({ version: z.literal(2), account: AccountVersion2 })

/** Converts a state of version 2. The result is still to be checked. Activities are kept for ever, as they were. */
export function upgradeVersion2({ account, ...state }: z.infer<typeof StateVersion2>): object {
  const { contacts, samples } = state
  const fields = account.fields.map(({ name, type, format, ...field }) => {
    const system = SYSTEM_FIELDS.find((one) => one.name === name)
    if (!system || system.type === type) {
      return { name, type, format, ...field }
    }
    return { name, type: system.type, format: system.type === 'date' ? format : undefined }
  })
  const types = new Map<string, string>([...SYSTEM_FIELDS, ...fields].map(({ name, type }) => [name, type]))
  const canIdentify = (name: string) => UNIQUE_IDENTIFIER_TYPES.some((type) => type === types.get(name))
  return {
    ...state,
    version: 3,
    account: {
      ...account,
      fields,
      uniqueIdentifiers: account.uniqueIdentifiers.filter(canIdentify).slice(0, MAX_UNIQUE_IDENTIFIERS),
      activities: account.activities.map((activity) => ({ retentionDays: 'for ever', ...activity }))
    },
    samples: {
      ...samples,
      firstIdentifyAt:
        samples.contacts.length > 0 && contacts.length > 0
          ? new Date(Math.min(...contacts.map(({ changedAt }) => changedAt))).toISOString()
          : undefined
    }
  }
}
