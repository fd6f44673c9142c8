import { Contacts } from '../model/contacts'

const user = (value: string) => ({ kind: 'user id', value })
const anonymous = (value: string) => ({ kind: 'anonymous id', value })

describe('contacts', () => {
  it('are found by the first identifier that belongs to one', () => {
    const contacts = new Contacts()
    const [one, other] = [contacts.create(0), contacts.create(0)]
    contacts.claim(one, user('u1'))
    contacts.claim(other, anonymous('a1'))

    expect(contacts.find([user('u9'), anonymous('a1'), user('u1')])).toEqual({ contact: other, by: anonymous('a1') })
    expect(contacts.find([user('a1'), user('u9')])).toBeUndefined()
    expect(contacts.findOthers(one, [user('u1'), anonymous('a1'), anonymous('a1')])).toEqual([
      { contact: other, by: anonymous('a1') }
    ])
  })

  it('release their own identifiers only', () => {
    const contacts = new Contacts()
    const [one, other] = [contacts.create(0), contacts.create(0)]
    expect([contacts.claim(one, user('u1')), contacts.claim(one, user('u1'))]).toEqual([true, false])

    contacts.release(other, user('u1'))
    expect(contacts.find([user('u1')])?.contact).toBe(one)
    contacts.release(one, user('u1'))
    expect(contacts.find([user('u1')])).toBeUndefined()
  })

  it('keep their numbers when others are removed', () => {
    const contacts = new Contacts()
    contacts.remove(contacts.create(0))

    expect(contacts.create(0).number).toBe(2)
    expect(contacts.lastNumber).toBe(2)
  })
})
