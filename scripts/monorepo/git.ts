import { execFile } from 'child_process'
import { promisify } from 'util'

/**
 * Runs git in a folder.
 * @returns its output
 */
export async function runGit(folder: string, ...args: readonly string[]): Promise<string> {
  // Variables such as GIT_DIR, which are set inside git hooks, would point git at another repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args], { env })
  return stdout
}
