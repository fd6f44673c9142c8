import { Samples } from '../model/samples'

describe('the samples', () => {
  it('are the newest three of contacts, and of each activity', () => {
    const samples = new Samples()
    for (const number of [1, 2, 3, 4]) {
      samples.addContact({ number })
      samples.addActivity('Signed up', { number })
    }
    samples.addActivity('Fax sent', { number: 5 })

    expect(samples.all()).toEqual({
      contacts: [{ number: 2 }, { number: 3 }, { number: 4 }],
      activities: { 'Signed up': [{ number: 2 }, { number: 3 }, { number: 4 }], 'Fax sent': [{ number: 5 }] }
    })
  })

  it('are of the 500 most recent activities', () => {
    const samples = new Samples()
    for (let index = 0; index < 500; index += 1) {
      samples.addActivity(`Activity ${index}`, {})
    }
    samples.addActivity('Activity 0', {})
    samples.addActivity('New', {})
    const names = Object.keys(samples.all().activities)

    expect(names).toHaveLength(500)
    expect(names[0]).toBe('Activity 2')
    expect(names.slice(-2)).toEqual(['Activity 0', 'New'])
  })

  it('are stored by names of up to 1000 characters, and by the beginning of longer names', () => {
    const samples = new Samples()
    samples.addActivity('x'.repeat(1000), {})
    samples.addActivity('y'.repeat(1001), {})

    expect(Object.keys(samples.all().activities)).toEqual(['x'.repeat(1000), `${'y'.repeat(999)}…`])
  })

  it('include an activity named __proto__', () => {
    const samples = new Samples()
    samples.addActivity('__proto__', { polluted: true })

    expect(Object.keys(samples.all().activities)).toEqual(['__proto__'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
