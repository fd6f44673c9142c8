import { fork } from 'child_process'
import { once } from 'events'
import { mkdtemp, readdir, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { lock } from '../records/lock'

describe('a lock', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    path = join(folder, 'lock')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is gone when it was given free, and can be had again', async () => {
    const free = await lock(path)
    expect(await readdir(folder)).toEqual([`lock.${process.pid}`])
    await free()
    expect(await readdir(folder)).toEqual([])

    await (
      await lock(path)
    )()
  })

  it('is not had twice by one process', async () => {
    const free = await lock(path)
    await expect(lock(path)).rejects.toThrow('this process itself uses it')
    expect(await readdir(folder)).toEqual([`lock.${process.pid}`])
    await free()
  })

  it('is not had while a process that is alive has it, which keeps it', async () => {
    await writeFile(`${path}.${process.ppid}`, '')
    await expect(lock(path)).rejects.toThrow(`the process ${process.ppid} uses it`)

    expect(await readdir(folder)).toEqual([`lock.${process.ppid}`])
  })

  it('is taken over from processes that were killed, this one among them', async () => {
    // In a container every process may have the same number.
    const killed = ['lock.999999999', 'lock.999999998', `lock.${process.pid}`]
    await Promise.all(killed.map((name) => writeFile(join(folder, name), '')))
    await lock(path)

    expect(await readdir(folder)).toEqual([`lock.${process.pid}`])
  })

  it('leaves files alone that only begin like it', async () => {
    const others = ['lock.', 'lock.0', 'lock.1.gz', 'lock.json', 'locks.999999999']
    await Promise.all(others.map((name) => writeFile(join(folder, name), '')))
    await (
      await lock(path)
    )()

    expect((await readdir(folder)).sort()).toEqual(others)
  })

  it('says why when it cannot be written, and then can be had', async () => {
    const deep = join(folder, 'none', 'lock')

    await expect(lock(deep)).rejects.toThrow('ENOENT')
    await expect(lock(deep)).rejects.toThrow('ENOENT')
  })

  it('is had by one at most of those that want it at the same time, time and again', async () => {
    const program = join(folder, 'taker.ts')
    const source = JSON.stringify(join(__dirname, '..', 'records', 'lock'))
    // Each is told once whether to try or to give free, and says then what it has.
    await writeFile(
      program,
      `import { lock } from ${source}
       let free: (() => Promise<void>) | undefined
       process.on('message', async (word) => {
         if (word === 'free') { await free?.() } else { free = await lock(${JSON.stringify(
           path
         )}).catch(() => undefined) }
         process.send!(free === undefined ? 'has not' : 'has it')
       })
       process.send!('ready')`
    )
    const takers = Array.from({ length: 4 }, () => fork(program, { execArgv: ['--import', 'tsx'] }))
    const tell = async (word: string) => {
      const said = takers.map(async (taker) => ((await once(taker, 'message')) as [string])[0])
      takers.forEach((taker) => taker.send(word))
      return Promise.all(said)
    }
    try {
      await Promise.all(takers.map((taker) => once(taker, 'message')))
      const winners: number[] = []
      for (let round = 0; round < 300; round++) {
        // Each second time one is left behind by a process that was killed.
        if (round % 2 === 0) {
          await writeFile(`${path}.999999999`, '')
        }
        winners.push((await tell('lock')).filter((one) => one === 'has it').length)
        await tell('free')
      }

      expect(Math.max(...winners)).toBe(1)
    } finally {
      takers.forEach((taker) => taker.kill())
    }
  }, 120_000)
})
