import { SYSTEM_FIELDS } from '../rules'
import type { AccountFile } from './account-file'

/** Something that an account uses beyond its plan. Ortto accepts it with an add-on, or not at all. */
export interface PlanWarning {
  code: 'activities_beyond_plan' | 'custom_fields_beyond_plan'
  /** How many are used, and how many the plan has */
  used: number
  included: number
  /** For people to read */
  message: string
}

/** What an account uses beyond its plan. */
export function checkPlan({
  plan,
  fields,
  activities
}: Pick<AccountFile, 'plan' | 'fields' | 'activities'>): PlanWarning[] {
  const systemNames = new Set(SYSTEM_FIELDS.map(({ name }) => name))
  const customFields = fields.filter(({ name }) => !systemNames.has(name)).length
  return [
    ...warnAboutActivities(activities.length, plan.activities),
    ...(customFields > plan.customFields
      ? [
          {
            code: 'custom_fields_beyond_plan' as const,
            used: customFields,
            included: plan.customFields,
            message: `The plan has ${plan.customFields} custom fields, and this account has ${customFields}.`
          }
        ]
      : [])
  ]
}

/** A warning when there are more activities than the plan has. */
export function warnAboutActivities(used: number, included: number): PlanWarning[] {
  const further = used - included
  return further > 0
    ? [
        {
          code: 'activities_beyond_plan',
          used,
          included,
          message:
            `The plan has ${included} ${included === 1 ? 'activity' : 'activities'}, and ${used} are tracked. ` +
            `Each further one needs the add-on "Activities +": ${further} in all.`
        }
      ]
    : []
}
