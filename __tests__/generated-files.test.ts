import { execFile } from 'child_process'
import { join } from 'path'
import { promisify } from 'util'

describe('the generated files', () => {
  it('are what `npm run generate` writes', async () => {
    const check = ['--import', 'tsx', join('scripts', 'generate.ts'), '--check']

    await expect(promisify(execFile)(process.execPath, check, { cwd: join(__dirname, '..') })).resolves.toEqual({
      stdout: '',
      stderr: ''
    })
  }, 30_000)
})
