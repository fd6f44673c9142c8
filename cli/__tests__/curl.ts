import { execFile } from 'child_process'
import { promisify } from 'util'

/**
 * Does what a line says that a person would paste into a shell, on machines without curl too, and resolves with the
 * body of the answer. The shell reads the line; this does what it would have had curl do.
 */
export async function runCurl(line: string, env: Record<string, string> = {}): Promise<string> {
  const script = `curl() { printf '%s\\0' "$@"; }; ${line}`
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { PATH: process.env.PATH, ...env } })
  const headers = new Headers()
  let [method, body, url]: (string | undefined)[] = []
  const args = stdout.split('\0').slice(0, -1)
  for (let index = 0; index < args.length; index += 1) {
    if (args[index] === '-H') {
      const [name, ...value] = args[(index += 1)].split(':')
      headers.set(name, value.join(':').trim())
    } else if (args[index] === '-u') {
      headers.set('authorization', `Basic ${Buffer.from(args[(index += 1)]).toString('base64')}`)
    } else if (args[index] === '-d') {
      body = args[(index += 1)]
    } else if (args[index] === '-X') {
      method = args[(index += 1)]
    } else {
      url = args[index]
    }
  }
  return (await fetch(url ?? '', { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, body })).text()
}
