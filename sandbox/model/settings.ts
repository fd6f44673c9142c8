import { DEFAULT_RETENTION_DAYS, MAX_ACCEPTED_NAMES } from '../rules'
import type { AccountFile } from './account-file'
import { toText } from './field-types'
import type { Field, FieldValue, Identifier } from './records'

/** The mapping of one activity. */
interface ActivityMapping extends Omit<AccountFile['activities'][number], 'attributes'> {
  /** By the property that fills them */
  attributes: ReadonlyMap<string, Field>
}

/** How an account is set up, prepared for processing items. */
export class Settings {
  /** Names that were accepted although they are not mapped; at most {@link MAX_ACCEPTED_NAMES} of each kind. */
  readonly accepted = { traits: new Set<string>(), activities: new Set<string>() }
  private current: AccountFile
  private fieldsByTrait: ReadonlyMap<string, Field> = new Map()
  private mappingsByEvent: ReadonlyMap<string, ActivityMapping> = new Map()

  constructor(file: AccountFile) {
    this.current = file
    this.file = file
  }

  get file(): AccountFile {
    return this.current
  }

  set file(file: AccountFile) {
    this.current = file
    this.fieldsByTrait = mapTraits(file)
    this.mappingsByEvent = mapActivities(file)
  }

  /** The fields that traits fill, by the trait. */
  get traitFields(): ReadonlyMap<string, Field> {
    return this.fieldsByTrait
  }

  /** The mapping of an activity, by its name. */
  findActivity(event: string): ActivityMapping | undefined {
    const mapping = this.mappingsByEvent.get(event)
    if (mapping || !this.current.acceptsUnmapped) {
      return mapping
    }
    addUpTo(this.accepted.activities, event)
    return { name: event, retentionDays: DEFAULT_RETENTION_DAYS, attributes: new Map() }
  }

  /** The field that a trait or a property fills. Undefined when it is not mapped. */
  findField(key: string, value: unknown, mapping: ReadonlyMap<string, Field>): Field | undefined {
    const field = mapping.get(key)
    const isAccepted = !field && this.current.acceptsUnmapped && toText(value) !== undefined
    if (isAccepted && mapping === this.fieldsByTrait) {
      addUpTo(this.accepted.traits, key)
    }
    return isAccepted ? { name: key, type: 'text' } : field
  }

  isUniqueIdentifier(field: string): boolean {
    return this.current.uniqueIdentifiers.includes(field)
  }

  /** The values of unique fields, as identifiers. */
  uniqueIdentifiersIn(fields: ReadonlyMap<string, FieldValue>): Identifier[] {
    return this.current.uniqueIdentifiers.flatMap((kind) => {
      const value = fields.get(kind)
      return value === undefined ? [] : [{ kind, value: String(value) }]
    })
  }
}

function addUpTo(names: Set<string>, name: string): void {
  if (names.size < MAX_ACCEPTED_NAMES) {
    names.add(name)
  }
}

function mapTraits({ fields, traits = {} }: AccountFile): Map<string, Field> {
  const byName = new Map(fields.map((field) => [field.name, field]))
  return new Map(
    Object.entries(traits).flatMap(([trait, name]) => {
      const field = byName.get(name)
      return field ? [[trait, field]] : []
    })
  )
}

function mapActivities({ activities }: AccountFile): Map<string, ActivityMapping> {
  return new Map(
    activities.map((activity) => [
      activity.name,
      { ...activity, attributes: new Map(Object.entries(activity.attributes)) }
    ])
  )
}
