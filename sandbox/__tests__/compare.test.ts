import { compareOrttos, COMPARED_ACCOUNT } from '../compare'
import type { CaseRequest, Send } from '../compare'
import { Clock, createSandbox } from '..'

const NOW = Date.parse('2026-03-10T12:00:00Z')
const ACCOUNT = COMPARED_ACCOUNT

/** Sends requests to a local Ortto. `change` may replace its responses. */
function ortto(account: object = ACCOUNT, change: Change = (body) => body): Send {
  const { app, apiKey } = createSandbox({ account, clock: new Clock(() => NOW) })
  return async (request) => {
    const { path, body, hasWrongKey = false } = request
    const response = await app.request(`/v1${path}`, {
      method: path === '/me' ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${hasWrongKey ? 'pau-wrong' : apiKey}` },
      body: body === undefined ? undefined : JSON.stringify(body)
    })
    const changed = change((await response.json()) as Body, request)
    return Response.json(changed, { status: response.status })
  }
}

type Change = (body: Body, request: CaseRequest) => unknown

interface Body {
  id?: string
  errors?: { index: number; status: number }[]
}

/** Gives audiences whose names differ in case only the id of the first one. */
function ignoringCase(): Change {
  const ids = new Map<string, string>()
  return (body, request) => {
    const { name = '' } = (request.body ?? {}) as { name?: string }
    if (body.id === undefined) {
      return body
    }
    const key = name.toLowerCase()
    ids.set(key, ids.get(key) ?? body.id)
    return { ...body, id: ids.get(key) }
  }
}

/** Rejects an activity whose message id came before. */
function rejectingRepeated(): Change {
  const seen = new Set<string>()
  return (body, { path, body: items }) => {
    const [{ message_id: id = undefined } = {}] = (path === '/track' ? items : []) as { message_id?: string }[]
    const isRepeated = id !== undefined && seen.has(id)
    seen.add(id ?? '')
    return isRepeated ? { errors: [{ index: 0, status: 422 }] } : body
  }
}

/** The names of the cases that an Ortto answers differently. */
async function findDifferent(other: Send): Promise<string[]> {
  const names: string[] = []
  for await (const { name, differences } of compareOrttos(ortto(), other, 'run', NOW)) {
    if (differences.length > 0) {
      names.push(name)
    }
  }
  return names
}

const withActivity = (more: object) => ({ ...ACCOUNT, activities: [{ ...ACCOUNT.activities[0], ...more }] })

describe('a comparison of two Orttos', () => {
  it('finds no difference between two that follow the same rules', async () => {
    expect(await findDifferent(ortto())).toEqual([])
  })

  it.each<[string, Send, string[]]>([
    [
      'keeps activities for ever',
      ortto(withActivity({ retentionDays: 'for ever' })),
      ['An activity older than 90 days is rejected']
    ],
    [
      'identifies contacts by their ids only',
      ortto({ ...ACCOUNT, uniqueIdentifiers: [] }),
      ['A unique identifier merges two contacts']
    ],
    [
      'keeps what a contact has',
      ortto({ ...ACCOUNT, dataSource: { merge: 'append' } }),
      [
        'Newer values replace older ones',
        'A unique identifier merges two contacts',
        'An anonymous id becomes part of the contact of a user id'
      ]
    ],
    [
      'reads dates in another format',
      ortto({
        ...ACCOUNT,
        fields: [{ name: 'Birthday', type: 'date', format: 'YYYY-MM-DD' }]
      }),
      ['A value that does not fit its field is skipped, and the others are stored']
    ],
    [
      'counts a partial success as a success',
      ortto(ACCOUNT, (body) => ({ ...body, errors: body.errors?.filter(({ status }) => status !== 206) })),
      ['An activity whose traits cannot be stored is accepted in part']
    ],
    [
      'reports its errors in another order',
      ortto(ACCOUNT, (body) => ({ ...body, errors: body.errors?.slice().reverse() })),
      ['Each item of a request has its own result, by its position']
    ],
    [
      'has one audience for names that differ in case',
      ortto(ACCOUNT, ignoringCase()),
      ['The audiences of two names that differ in case are two']
    ],
    [
      'stores an activity that comes again as a new one, and says so',
      ortto(ACCOUNT, rejectingRepeated()),
      ['An activity that is sent twice is accepted twice']
    ]
  ])('finds exactly what is different when the other one %s', async (_, other, expected) => {
    expect(await findDifferent(other)).toEqual(expected)
  })
})
