import { get } from 'http'
import { createSandbox } from '..'
import { serve } from '../http/serve'

const app = { fetch: (request: Request) => new Response(`The path is ${new URL(request.url).pathname}`) }

describe('a served app', () => {
  it('responds on 127.0.0.1 until it is closed', async () => {
    const { origin, close } = await serve(app)

    expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await (await fetch(`${origin}/path`)).text()).toBe('The path is /path')
    await close()
    await expect(fetch(origin)).rejects.toThrow()
  })

  it('cannot be reached on another address of this machine', async () => {
    const { origin, close } = await serve(app)
    try {
      const elsewhere = origin.replace('127.0.0.1', '127.0.0.2')
      await expect(fetch(elsewhere)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    } finally {
      await close()
    }
  })

  it('rejects requests to a foreign host name', async () => {
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

  it('fails if the port is in use', async () => {
    const { origin, close } = await serve(app)
    try {
      await expect(serve(app, Number(new URL(origin).port))).rejects.toMatchObject({ code: 'EADDRINUSE' })
    } finally {
      await close()
    }
  })
})
