import { startSandbox } from './harness'

describe('the error log', () => {
  it('keeps the last 500 errors, oldest first', async () => {
    const { identifyAll, account } = startSandbox()
    await identifyAll(Array.from({ length: 400 }, (_, index) => ({ note: index })))
    await identifyAll(Array.from({ length: 200 }, (_, index) => ({ note: 400 + index })))

    const notes = account.log.entries().map(({ item }) => (item as { note: number }).note)
    expect(notes).toEqual(Array.from({ length: 500 }, (_, index) => 100 + index))
  })
})
