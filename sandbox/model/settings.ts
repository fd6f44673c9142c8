import type { AccountFile } from './account-file'
import type { Field, FieldValue, Identifier } from './records'

/** The mapping of one activity. */
interface ActivityMapping extends Omit<AccountFile['activities'][number], 'attributes'> {
  /** By the property that fills them */
  attributes: ReadonlyMap<string, Field>
}

/** How an account is set up, prepared for processing items. */
export class Settings {
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
    return this.mappingsByEvent.get(event)
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
