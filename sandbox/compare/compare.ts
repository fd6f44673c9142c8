import { z } from 'zod'
import { DAY_MS, SECOND_MS } from '../rules'
import { CASES } from './cases'
import type { Case, CaseContext, CaseRequest } from './cases'

/** Sends a request to an Ortto. @throws what `fetch` throws when there is no response */
export type Send = (request: CaseRequest) => Promise<Response>

/** How one request was answered: the status, and those of the items that the response lists, in its order. */
export interface Answer {
  status: number
  items: { index: number; status: number }[]
  /** For an audience: which of the case's audiences it is, by the order in which their ids came. */
  audience?: number
}

/** A request that two Orttos answered differently. */
export interface Difference {
  /** The name of the case */
  name: string
  /** Which request of the case, from 1 */
  request: number
  local: Answer
  other: Answer
}

const Report = z.object({ errors: z.array(z.object({ index: z.number(), status: z.number() })).nullish() })
const Audience = z.object({ id: z.string() })
const Named = z.object({ name: z.string() })

/**
 * Plays each case against two Orttos, one after the other, and finds where they answer differently. Sentences are not
 * compared.
 * @param run begins the ids of everything that is created: no earlier run may have used it
 * @param now milliseconds since 1970
 */
export async function* compareOrttos(
  local: Send,
  other: Send,
  run: string,
  now: number,
  cases: readonly Case[] = CASES
): AsyncGenerator<{ name: string; differences: Difference[] }> {
  for (const one of cases) {
    const localAnswers = await play(one, local, run, now)
    const otherAnswers = await play(one, other, run, now)
    const differences = localAnswers.flatMap((answer, index) =>
      JSON.stringify(answer) === JSON.stringify(otherAnswers[index])
        ? []
        : [{ name: one.name, request: index + 1, local: answer, other: otherAnswers[index] }]
    )
    yield { name: one.name, differences }
  }
}

async function play({ requests }: Case, send: Send, run: string, now: number): Promise<Answer[]> {
  /** By the name of the audience */
  const audienceIds = new Map<string, string>()
  const context: CaseContext = {
    id: (name) => `${run}-${name}`,
    audience: (name) => `${run} ${name}`,
    audienceId: (name) => audienceIds.get(`${run} ${name}`),
    recent: (second = 0) => new Date(now - DAY_MS / 2 + second * SECOND_MS).toISOString()
  }
  const answers: Answer[] = []
  for (const request of requests) {
    const asked = request(context)
    const response = await send(asked)
    const body: unknown = await response.json().catch(() => undefined)
    const { errors } = Report.safeParse(body).data ?? {}
    const items = (errors ?? []).map(({ index, status }) => ({ index, status }))
    const answer: Answer = { status: response.status, items }
    const created = asked.path === '/audiences/create' ? Audience.safeParse(body).data : undefined
    if (created) {
      audienceIds.set(Named.parse(asked.body).name, created.id)
      answer.audience = [...new Set(audienceIds.values())].indexOf(created.id)
    }
    answers.push(answer)
  }
  return answers
}

/** An answer in a few words: `207: 1 → 400, 3 → 422`. */
export function formatAnswer({ status, items, audience }: Answer): string {
  const listed = items.map(({ index, status: itemStatus }) => `${index} → ${itemStatus}`).join(', ')
  return `${status}${listed === '' ? '' : `: ${listed}`}${audience === undefined ? '' : `, audience ${audience + 1}`}`
}
