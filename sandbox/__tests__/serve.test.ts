import { serve } from '../serve'

const app = { fetch: (request: Request) => new Response(`You asked for ${new URL(request.url).pathname}`) }

describe('a served app', () => {
  it('answers on 127.0.0.1 until it is closed', async () => {
    const { origin, close } = await serve(app)

    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await (await fetch(`${origin}/path`)).text()).toBe('You asked for /path')
    await close()
    await expect(fetch(origin)).rejects.toThrow()
  })

  it('cannot take a port that is taken', async () => {
    const { origin, close } = await serve(app)
    try {
      await expect(serve(app, Number(new URL(origin).port))).rejects.toMatchObject({ code: 'EADDRINUSE' })
    } finally {
      await close()
    }
  })
})
