import { Command } from 'commander'
import { createInterface } from 'readline/promises'
import { createSandbox } from '../sandbox'
import { ACTIVITY, CASES, compareOrttos, COMPARED_ACCOUNT, formatAnswer } from '../sandbox/compare'
import type { CaseRequest, Difference, Send } from '../sandbox/compare'
import { parseApiKey } from '../src/api-key'
import { checkTarget } from './check-target'
import { EXIT, UnavailableError, UsageError, reasonOf } from './command'
import type { Output } from './command'
import { formatCount } from './format-number'
import { printable } from './table'
import { remoteTarget } from './target'
import type { Target } from './target'

/** A response that takes longer fails. Milliseconds */
const TIMEOUT_MS = 30_000

interface CompareOptions {
  to: string
  keyFile?: string
  yes?: boolean
  json?: boolean
}

const HELP = `
Plays the documented sentences about Ortto against a test account and against a local Ortto, and prints where the two
answer with other statuses, or in another order. Sentences that need a clock, such as the limits of a day, are left out.

Set the test account up like this before, with no other mapping:
  traits      firstName → First name, email → Email, birthday → Birthday, a date in the format DD-MM-YYYY
  unique      Email is the only unique identifier
  merge       newer values overwrite older ones
  activities  "${ACTIVITY}" with the attribute count → Count, a number, and the retention of 90 days

Use a test account: everything that is created stays there. You are asked before, unless you use --yes.

Examples:
  ortto compare --to ortto --key-file test-key.txt
  ortto compare --to http://127.0.0.1:8030 --yes

A status such as "207: 1 → 400" lists the items that were not processed, by their position.

Exits with 0 when both answer the same, 1 when they differ, 2 for usage errors, 3 when it could not connect.`

/** `ortto compare` */
export function compareCommand(output: Output, end: (code: number) => void): Command {
  return new Command('compare')
    .requiredOption('--to <where>', 'ortto, or the URL of an Ortto')
    .option('--key-file <file>', 'a file that contains the API key')
    .option('--yes', 'do not ask before something is created')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (options: CompareOptions) => end(await compare(options, output)))
}

async function compare({ to, keyFile, yes = false, json: isJSON = false }: CompareOptions, output: Output) {
  const target = await remoteTarget(to, keyFile)
  await checkTarget(target)
  // No two runs share it: what an earlier run created would change the answers.
  const run = `compare-${Date.now().toString(36)}`
  if (!yes) {
    await mustConfirm(run, target, output)
  }
  const { app, apiKey } = createSandbox({ account: COMPARED_ACCOUNT })
  const local: Send = (request) => Promise.resolve(app.request(`/v1${request.path}`, requestOf(request, apiKey)))
  const differences: Difference[] = []
  for await (const one of compareOrttos(local, senderTo(target), run, Date.now())) {
    differences.push(...one.differences)
    output.progress?.(one.name)
  }
  output.progress?.()
  output.log(
    isJSON
      ? JSON.stringify({ target: target.name, run, sentences: CASES.length, differences })
      : formatDifferences(differences, target.name)
  )
  return differences.length === 0 ? EXIT.done : EXIT.rejected
}

/** @throws UsageError unless the user agrees to what will be created */
async function mustConfirm(run: string, { name }: Target, output: Output): Promise<void> {
  output.log(
    `This creates contacts, activities and audiences in the account of the API key at ${name}, and does not delete\n` +
      `them: contacts with the ids ${run}-…, activities "${ACTIVITY}", and audiences "${run} …".`
  )
  if (!process.stdin.isTTY) {
    throw new UsageError('Use --yes to agree: nobody can be asked without a terminal. Nothing was created.')
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await reader.question('Continue? (y/N) ').finally(() => reader.close())
  if (!/^y(es)?$/i.test(answer.trim())) {
    throw new UsageError('Nothing was created.')
  }
}

/** @throws UnavailableError when there is no response */
function senderTo({ to, settings, name }: Target): Send {
  const { apiKey = '', baseUrl = '' } = parseApiKey(settings.api_key) ?? {}
  const base = to === 'ortto' ? baseUrl : `${to}/v1`
  return (request) =>
    fetch(`${base}${request.path}`, {
      ...requestOf(request, apiKey),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS)
    }).catch((error: unknown) => {
      throw new UnavailableError(
        `${name} did not respond: ${printable(reasonOf(error))}. What was created, stays there.`
      )
    })
}

function requestOf({ path, body, hasWrongKey = false }: CaseRequest, apiKey: string): RequestInit {
  return {
    method: path === '/me' ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${hasWrongKey ? 'pau-wrong' : apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' })
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  }
}

function formatDifferences(differences: readonly Difference[], name: string): string {
  const names = new Set(differences.map((one) => one.name))
  const same = CASES.length - names.size
  const counts = `${formatCount(CASES.length, 'sentence')}: ${same} answered the same, ${names.size} differently.`
  if (differences.length === 0) {
    return counts
  }
  const lines = [...names].flatMap((sentence) => [
    `${sentence}:`,
    ...differences
      .filter((one) => one.name === sentence)
      .map(
        (one) =>
          `  request ${one.request}: the local Ortto ${formatAnswer(one.local)}; ${name} ${formatAnswer(one.other)}`
      )
  ])
  return `${lines.join('\n')}\n\n${counts}`
}
