import { execFileSync, fork, spawn } from 'child_process'
import { once } from 'events'
import { mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { Claim } from '../records/claim'

const OWN = /^file\.[0-9a-f]{32}$/

/** Whether this machine can start a process with process IDs of its own, as a container has. */
const canUnshare = (() => {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--pid', '--fork', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

describe('a claim', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    path = join(folder, 'file')
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** A claim of another process, with a name that nobody else has. */
  const foreign = async (owner: object, ageMs = 0) => {
    const claim = `${path}.${'0123456789abcdef'.repeat(2)}`
    await writeFile(claim, JSON.stringify({ host: 'another machine', pid: 1, ...owner }), { mode: 0o600 })
    const time = new Date(Date.now() - ageMs)
    await utimes(claim, time, time)
    return claim
  }
  /** What a process of this machine writes into its claim. */
  const ownOwner = async () => {
    const claim = await Claim.take(`${path}-own`)
    const [name] = (await readdir(folder)).filter((each) => each.startsWith('file-own.'))
    const owner = JSON.parse(await readFile(join(folder, name), 'utf8')) as { processSpace?: string }
    await claim.release()
    return owner
  }

  it('is removed when it is released, and can be taken again', async () => {
    const claim = await Claim.take(path)
    expect(await readdir(folder)).toEqual([expect.stringMatching(OWN)])
    await claim.release()
    expect(await readdir(folder)).toEqual([])

    await (await Claim.take(path)).release()
  })

  it('is not taken twice by one process', async () => {
    const claim = await Claim.take(path)
    await expect(Claim.take(path)).rejects.toThrow('this process itself uses it')
    expect(await readdir(folder)).toHaveLength(1)
    await claim.release()
  })

  it('is not taken while a process that runs has it', async () => {
    const claim = await foreign({ ...(await ownOwner()), pid: process.ppid })
    await expect(Claim.take(path)).rejects.toThrow(`the process ${process.ppid} on `)

    expect(await readdir(folder)).toEqual([claim.slice(folder.length + 1)])
  })

  it('is not taken from a process of another machine that refreshes it', async () => {
    const claim = await foreign({})
    const refresh = setInterval(() => void utimes(claim, new Date(), new Date()), 50)
    try {
      await expect(Claim.take(path)).rejects.toThrow('the process 1 on another machine uses it')
    } finally {
      clearInterval(refresh)
    }
    expect(await readdir(folder)).toEqual([claim.slice(folder.length + 1)])
  }, 20_000)

  it('is taken at once from a process of this machine that was killed', async () => {
    await foreign({ ...(await ownOwner()), pid: 999_999_999 })
    const claim = await Claim.take(path)

    expect(await readdir(folder)).toEqual([expect.stringMatching(OWN)])
    await claim.release()
  })

  it.each([
    ['another machine', {}],
    ['a container in which this process ID is another process', { processSpace: 'other', pid: process.pid }]
  ])('is taken from a process of %s whose claim expired', async (_where, owner) => {
    await foreign(owner, 20_000)
    const claim = await Claim.take(path)

    expect(await readdir(folder)).toEqual([expect.stringMatching(OWN)])
    await claim.release()
  })

  it('is lost when another process removed it, and says so before anything is written', async () => {
    const claim = await Claim.take(path)
    await claim.confirm()
    const [name] = await readdir(folder)
    await rm(join(folder, name))
    // As if this process had been suspended until the claim expired.
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000)
    try {
      await expect(claim.confirm()).rejects.toThrow('another one has taken over')
    } finally {
      now.mockRestore()
      await claim.release()
    }
  })

  it('leaves other files alone, also those that begin like it', async () => {
    const others = ['file', 'file.', 'file.1', 'file.gz', `file.${'0'.repeat(31)}`, `files.${'0'.repeat(32)}`]
    await Promise.all(others.map((name) => writeFile(join(folder, name), '')))
    await (await Claim.take(path)).release()

    expect((await readdir(folder)).sort()).toEqual(others.sort())
  })

  it('is not written through a link', async () => {
    await writeFile(join(folder, 'precious'), 'precious')
    // Names are random, so nobody can plant a link with the name of a claim. Its own links are not followed either.
    await symlink(join(folder, 'precious'), `${path}.${'f'.repeat(32)}`)
    await utimes(join(folder, 'precious'), 1, 1)
    await (await Claim.take(path)).release()

    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('precious')
  })

  it('says why when it cannot be written, and then can be taken', async () => {
    const deep = join(folder, 'none', 'file')

    await expect(Claim.take(deep)).rejects.toThrow('ENOENT')
    await expect(Claim.take(deep)).rejects.toThrow('ENOENT')
  })

  /** A program that takes the claim, says whether it has it, and keeps it until it is told to release it. */
  const writeTaker = async () => {
    const program = join(folder, 'taker.ts')
    const source = JSON.stringify(join(__dirname, '..', 'records', 'claim'))
    await writeFile(
      program,
      `import { Claim } from ${source}
       let claim: Claim | undefined
       process.on('message', async (word) => {
         if (word === 'release') { await claim?.release(); claim = undefined; process.send!('released') }
         else { claim = await Claim.take(${JSON.stringify(
           path
         )}).catch(() => undefined); process.send!(claim ? 'has it' : 'has not') }
       })
       process.send!('ready')
       setInterval(() => undefined, 1000)`
    )
    return program
  }

  it('is had by one process at most of those that want it at the same time, time and again', async () => {
    const program = await writeTaker()
    const takers = Array.from({ length: 4 }, () => fork(program, { execArgv: ['--import', 'tsx'] }))
    const tell = async (word: string) => {
      const said = takers.map(async (taker) => ((await once(taker, 'message')) as [string])[0])
      takers.forEach((taker) => taker.send(word))
      return Promise.all(said)
    }
    try {
      await Promise.all(takers.map((taker) => once(taker, 'message')))
      const winners: number[] = []
      for (let round = 0; round < 200; round++) {
        winners.push((await tell('take')).filter((one) => one === 'has it').length)
        await tell('release')
      }

      expect(Math.max(...winners)).toBe(1)
    } finally {
      takers.forEach((taker) => taker.kill())
    }
  }, 120_000)

  const inContainers = canUnshare ? it : it.skip
  inContainers(
    'is had by one of two containers with a common folder, in which both have the same process ID',
    async () => {
      const program = join(folder, 'container.ts')
      await writeFile(
        program,
        `import { Claim } from ${JSON.stringify(join(__dirname, '..', 'records', 'claim'))}
         Claim.take(${JSON.stringify(path)}).then(
           () => { console.log('has it as ' + process.pid); setInterval(() => undefined, 1000) },
           (error) => console.log('has not: ' + error.message)
         )`
      )
      const start = () =>
        spawn(
          'unshare',
          [
            '--user',
            '--map-root-user',
            '--pid',
            '--fork',
            '--kill-child',
            process.execPath,
            '--import',
            'tsx',
            program
          ],
          { cwd: join(__dirname, '..', '..'), stdio: ['ignore', 'pipe', 'inherit'] }
        )
      const firstLine = async (child: ReturnType<typeof start>) => {
        const [data] = (await once(child.stdout, 'data')) as [Buffer]
        return data.toString().trim()
      }
      const one = start()
      try {
        expect(await firstLine(one)).toBe('has it as 1')
        expect(await firstLine(start())).toContain('has not: the process 1 on ')
      } finally {
        one.kill('SIGKILL')
      }
    },
    60_000
  )
})
