import type { NoticeCode } from '../notices'

/** An object of which nothing else is known */
export type Members = { readonly [key: string]: unknown }

/** An event after a repair */
export interface Repaired {
  event: Members
  notice: NoticeCode
}

/** True for an object of JSON that is neither null nor an array. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same object, with another value of a member, or without it when the value is undefined. */
export function withMember(object: Members, key: string, value: unknown): Members {
  const { [key]: _, ...others } = object
  return value === undefined ? others : { ...object, [key]: value }
}

/** Repairs of the addresses in traits and in context.traits, from which the destination makes a location */
export const toNormalAddresses = [
  repairAddresses('postal_code', renamePostalCode),
  repairAddresses('address_part', dropObjectParts)
]

/** RudderStack's mobile libraries write `postalcode`. */
function renamePostalCode(address: Members): Members {
  const { postalcode, ...others } = address
  const isKnown = postalcode === undefined || address.postalCode !== undefined || address.postal_code !== undefined
  return isKnown ? address : { ...others, postalCode: postalcode }
}

/** Parts of an address that become parts of a location */
const PARTS = ['country', 'state', 'city', 'postalCode', 'postal_code']

/** A part that is an object costs the whole event, when the framework checks the location. */
function dropObjectParts(address: Members): Members {
  const isDropped = (key: string) => typeof address[key] === 'object' && address[key] !== null
  return PARTS.filter(isDropped).reduce((changed, key) => withMember(changed, key, undefined), address)
}

/** An address without any text hides none of the context's. */
export function useContextAddress(event: Members): Repaired | undefined {
  const { traits, context } = event
  if (!isObject(traits) || traits.address === undefined || !isObject(context)) {
    return undefined
  }
  const known = isObject(context.traits) ? context.traits.address : undefined
  return isBlank(traits.address) && isObject(known) && !isBlank(known)
    ? { event: withMember(event, 'traits', withMember(traits, 'address', undefined)), notice: 'context_address' }
    : undefined
}

/** Empty traits hide none of the context's, where RudderStack and mobile libraries keep what is known of the user. */
export function useContextTraits(event: Members): Repaired | undefined {
  const { traits, context } = event
  const isHidden =
    isObject(traits) &&
    Object.keys(traits).length === 0 &&
    isObject(context) &&
    isObject(context.traits) &&
    Object.keys(context.traits).length > 0
  return isHidden ? { event: withMember(event, 'traits', undefined), notice: 'context_traits' } : undefined
}

function isBlank(address: unknown): boolean {
  return isObject(address) && Object.values(address).every((part) => part === null || part === undefined || part === '')
}

/** A repair that changes addresses: it returns the same address when there is nothing to change. */
function repairAddresses(notice: NoticeCode, change: (address: Members) => Members) {
  const inTraits = (owner: Members): Members => {
    const { traits } = owner
    if (!isObject(traits) || !isObject(traits.address)) {
      return owner
    }
    const address = change(traits.address)
    return address === traits.address ? owner : { ...owner, traits: { ...traits, address } }
  }
  return (event: Members): Repaired | undefined => {
    let changed = inTraits(event)
    const { context } = changed
    if (isObject(context)) {
      const repaired = inTraits(context)
      changed = repaired === context ? changed : { ...changed, context: repaired }
    }
    return changed === event ? undefined : { event: changed, notice }
  }
}
