import { UNIQUE_IDENTIFIER_TYPES } from '../../../../sandbox/rules'
import type { Account, Field } from './account'
import { withEntry } from './account'
import { proposeField } from './guess-field'

/** The part of an account that the view of the fields edits. */
export type TraitSetup = Pick<Account, 'fields' | 'uniqueIdentifiers' | 'traits'>

export function traitSetupOf({ fields, uniqueIdentifiers, traits }: Account): TraitSetup {
  return { fields, uniqueIdentifiers, traits }
}

/** Maps a trait to a field, or removes the mapping if there is no field. */
export function mapTrait(setup: TraitSetup, trait: string, field: string | undefined): TraitSetup {
  return { ...setup, traits: withEntry(setup.traits ?? {}, trait, field) }
}

/** Adds a field, and maps a trait to it if one is given. */
export function addField(setup: TraitSetup, field: Field, trait?: string): TraitSetup {
  const added = { ...setup, fields: [...setup.fields, field] }
  return trait === undefined ? added : mapTrait(added, trait, field.name)
}

export function changeField(setup: TraitSetup, field: Field): TraitSetup {
  const canIdentify = UNIQUE_IDENTIFIER_TYPES.includes(field.type)
  return {
    ...setup,
    fields: setup.fields.map((other) => (other.name === field.name ? field : other)),
    uniqueIdentifiers: setup.uniqueIdentifiers.filter((name) => canIdentify || name !== field.name)
  }
}

/** Removes a field, and the mappings to it. */
export function removeField(setup: TraitSetup, name: string): TraitSetup {
  return {
    fields: setup.fields.filter((field) => field.name !== name),
    uniqueIdentifiers: setup.uniqueIdentifiers.filter((other) => other !== name),
    traits: setup.traits && Object.fromEntries(Object.entries(setup.traits).filter(([, field]) => field !== name))
  }
}

/** Moves a unique identifier up (-1) or down (1). Earlier ones outrank later ones. */
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

/** Maps all traits that are not mapped, except for objects. Adds the fields that are missing. */
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

/** The traits in samples that are not mapped. */
function unmappedIn({ traits = {} }: TraitSetup, seen: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const mapped = new Set(Object.keys(traits))
  return new Map([...seen].filter(([trait]) => !mapped.has(trait)))
}

/** A trait of an identify event. */
export interface TraitRow {
  trait: string
  /** The field that it is mapped to */
  field?: Field
  /** True if a sample contains it */
  isSeen: boolean
  example?: unknown
}

/**
 * The traits in samples or mappings, sorted by name. `text` filters them by the names of the trait and its field.
 * @param asked a trait that is listed too, although no recent sample has it
 */
export function traitRows(setup: TraitSetup, seen: ReadonlyMap<string, unknown>, text: string, asked = ''): TraitRow[] {
  const mapped = new Map(Object.entries(setup.traits ?? {}))
  const fields = new Map(setup.fields.map((field) => [field.name, field]))
  const wanted = text.trim().toLowerCase()
  return [...new Set([...seen.keys(), ...mapped.keys(), ...(asked === '' ? [] : [asked])])]
    .sort((a, b) => a.localeCompare(b))
    .filter((trait) => [trait, mapped.get(trait) ?? ''].some((name) => name.toLowerCase().includes(wanted)))
    .map((trait) => ({
      trait,
      field: fields.get(mapped.get(trait) ?? ''),
      isSeen: seen.has(trait),
      example: seen.get(trait)
    }))
}
