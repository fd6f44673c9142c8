import type { ContactJson, ContactSummary } from '../../../../sandbox'

/** The name of a contact for people: its name or its email address, else one of its ids. */
export function titleOf({
  number,
  fields,
  ids
}: Pick<ContactJson | ContactSummary, 'number' | 'fields' | 'ids'>): string {
  const text = (name: string) => {
    const value = fields[name]
    return typeof value === 'string' && value.trim() !== '' ? value : undefined
  }
  const fullName = [text('First name'), text('Last name')].filter((part) => part !== undefined).join(' ')
  return [text('Name'), fullName, text('Email'), ids[0]?.value].find(Boolean) ?? `Contact ${number}`
}
