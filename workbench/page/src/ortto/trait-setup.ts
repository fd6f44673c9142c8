import type { Account, Field } from './account'
import { withEntry } from './account'
import { proposeField } from './guess-field'

/** What the view of the fields edits. */
export type TraitSetup = Pick<Account, 'fields' | 'uniqueIdentifiers' | 'traits'>

export function traitSetupOf({ fields, uniqueIdentifiers, traits }: Account): TraitSetup {
  return { fields, uniqueIdentifiers, traits }
}

/** Has a trait fill a field; without one it is not mapped any more. */
export function mapTrait(setup: TraitSetup, trait: string, field: string | undefined): TraitSetup {
  return { ...setup, traits: withEntry(setup.traits ?? {}, trait, field) }
}

/** Adds a field, for a trait to fill when one is named. */
export function addField(setup: TraitSetup, field: Field, trait?: string): TraitSetup {
  const added = { ...setup, fields: [...setup.fields, field] }
  return trait === undefined ? added : mapTrait(added, trait, field.name)
}

export function changeField(setup: TraitSetup, field: Field): TraitSetup {
  const isUnique = field.type !== 'multi select'
  return {
    ...setup,
    fields: setup.fields.map((one) => (one.name === field.name ? field : one)),
    // What holds several values cannot tell contacts apart.
    uniqueIdentifiers: setup.uniqueIdentifiers.filter((name) => isUnique || name !== field.name)
  }
}

/** Removes a field, and what mapped traits to it. */
export function removeField(setup: TraitSetup, name: string): TraitSetup {
  return {
    fields: setup.fields.filter((field) => field.name !== name),
    uniqueIdentifiers: setup.uniqueIdentifiers.filter((one) => one !== name),
    traits: setup.traits && Object.fromEntries(Object.entries(setup.traits).filter(([, field]) => field !== name))
  }
}

/** Moves a unique identifier up (-1) or down (1): the first outranks the next. */
export function moveIdentifier(setup: TraitSetup, name: string, step: -1 | 1): TraitSetup {
  const names = [...setup.uniqueIdentifiers]
  const from = names.indexOf(name)
  const to = from + step
  if (from < 0 || to < 0 || to >= names.length) {
    return setup
  }
  names[from] = names[to]
  names[to] = name
  return { ...setup, uniqueIdentifiers: names }
}

/** Maps every trait that is not mapped yet and that a field can take, making the fields that are missing. */
export function mapAllTraits(setup: TraitSetup, seen: ReadonlyMap<string, unknown>): TraitSetup {
  let next: TraitSetup = { ...setup, traits: setup.traits ?? {} }
  for (const [trait, example] of unmappedIn(setup, seen)) {
    const proposal = proposeField(trait, example, next.fields)
    if (proposal) {
      next = proposal.isNew ? addField(next, proposal.field, trait) : mapTrait(next, trait, proposal.field.name)
    }
  }
  return next
}

/** The traits that were seen and fill no field. */
function unmappedIn({ traits = {} }: TraitSetup, seen: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const mapped = new Set(Object.keys(traits))
  return new Map([...seen].filter(([trait]) => !mapped.has(trait)))
}

/** A trait, with what is known of it. */
export interface TraitRow {
  trait: string
  /** The field that it fills */
  field?: Field
  isSeen: boolean
  example?: unknown
}

/** The traits that were seen or are mapped, by name, those of which the trait or the field has a text in its name. */
export function traitRows(setup: TraitSetup, seen: ReadonlyMap<string, unknown>, text: string): TraitRow[] {
  const mapped = new Map(Object.entries(setup.traits ?? {}))
  const fields = new Map(setup.fields.map((field) => [field.name, field]))
  const wanted = text.trim().toLowerCase()
  return [...new Set([...seen.keys(), ...mapped.keys()])]
    .sort((one, other) => one.localeCompare(other))
    .filter((trait) => [trait, mapped.get(trait) ?? ''].some((name) => name.toLowerCase().includes(wanted)))
    .map((trait) => ({
      trait,
      field: fields.get(mapped.get(trait) ?? ''),
      isSeen: seen.has(trait),
      example: seen.get(trait)
    }))
}
