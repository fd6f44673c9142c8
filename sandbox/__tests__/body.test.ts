import { readBody } from '../http/body'

const read = (body: BodyInit, limit?: number) =>
  readBody(new Request('http://127.0.0.1', { method: 'POST', body }), limit)

describe('the body of a request', () => {
  it('is read with its size in bytes', async () => {
    expect(await read('{"name":"Zoë"}')).toEqual({ value: { name: 'Zoë' }, size: 15 })
  })

  it.each<[string, string, number]>([
    ['is not JSON', '{"name":', 400],
    ['is empty', '', 400],
    ['is too deep', '[{"a":'.repeat(1001) + '1' + '}]'.repeat(1001), 400],
    ['is too large', `"${'x'.repeat(100)}"`, 413]
  ])('that %s is rejected', async (_how, body, status) => {
    await expect(read(body, status === 413 ? 50 : undefined)).rejects.toMatchObject({ status })
  })

  it('may contain any brackets in its strings', async () => {
    const text = `\\"${'['.repeat(5000)}`

    expect(await read(`["${text}"]`)).toMatchObject({ value: [`"${'['.repeat(5000)}`] })
  })

  it('may be wide', async () => {
    const { value } = await read(`[${Array.from({ length: 5000 }, () => '{}').join()}]`)

    expect(value).toHaveLength(5000)
  })
})
