import { get } from 'http'
import { createSandbox } from '..'
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

  it('is reached on no other address of this machine', async () => {
    const { origin, close } = await serve(app)
    try {
      const elsewhere = origin.replace('127.0.0.1', '127.0.0.2')
      await expect(fetch(elsewhere)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    } finally {
      await close()
    }
  })

  it('is a sandbox that tells nothing to who reached it by the name of somebody else', async () => {
    const { origin, close } = await serve(createSandbox().app)
    const ask = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        get(`${origin}/sandbox/account`, { headers: { host } }, (response) => resolve(response.resume().statusCode)).on(
          'error',
          reject
        )
      })
    const { host } = new URL(origin)
    try {
      expect([await ask(host), await ask('evil.example'), await ask('127.0.0.1.evil.example')]).toEqual([200, 403, 403])
    } finally {
      await close()
    }
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
