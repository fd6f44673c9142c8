import { fork } from 'child_process'
import { once } from 'events'
import { mkdtemp, readdir, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { lock } from '../lock'

describe('a lock', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    path = join(folder, 'lock')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is gone when it was given free', async () => {
    const free = await lock(path)
    expect(await readdir(folder)).toEqual(['lock'])
    await free()

    expect(await readdir(folder)).toEqual([])
  })

  it("is not another's to give free", async () => {
    const free = await lock(path)
    await writeFile(path, String(process.ppid))
    await free()

    expect(await readdir(folder)).toEqual(['lock'])
  })

  it('is not free while another process is about to take it', async () => {
    await writeFile(path, '')

    await expect(lock(path)).rejects.toThrow('another process has just begun with it')
  })

  it.each(['', '999999999'])(
    'is had by one of those that want it at the same time, after: %j',
    async (left) => {
      if (left !== '') {
        await writeFile(path, left)
      }
      const program = join(folder, 'taker.ts')
      const source = join(__dirname, '..', 'lock')
      await writeFile(
        program,
        `import { lock } from ${JSON.stringify(source)}
       process.send!('ready')
       process.once('message', () => lock(${JSON.stringify(
         path
       )}).then(() => process.send!('has it'), () => process.send!('has not')))`
      )
      const takers = Array.from({ length: 4 }, () => fork(program, { execArgv: ['--import', 'tsx'] }))
      try {
        await Promise.all(takers.map((taker) => once(taker, 'message')))
        const said = takers.map(async (taker) => ((await once(taker, 'message')) as [string])[0])
        takers.forEach((taker) => taker.send('go'))
        const results = await Promise.all(said)

        expect(results.filter((one) => one === 'has it').length).toBeLessThanOrEqual(1)
      } finally {
        takers.forEach((taker) => taker.kill())
      }
    },
    60_000
  )
})
