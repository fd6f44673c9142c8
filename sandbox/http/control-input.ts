import type { Env, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { AccountField, AccountFile } from '../model/account-file'
import { formatProblems } from '../../common/format-problems'
import { DAY_MS, HOUR_MS, MAX_STATE_BYTES, MINUTE_MS, SECOND_MS } from '../rules'
import type { State } from '../state/state'
import { readBody } from './body'

const UNITS_MS = { second: SECOND_MS, minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS }

/** For example `{ "by": "2 minutes" }`. Parsed, `by` is in milliseconds. */
export const ClockChange = z.strictObject({
  by: z
    .string()
    .regex(/^\d{1,5} (second|minute|hour|day)s?$/, 'for example "2 minutes"')
    .transform((text) => {
      const [count, unit] = text.split(' ')
      const [, unitMs] = Object.entries(UNITS_MS).find(([name]) => unit.startsWith(name)) ?? ['', NaN]
      return Number(count) * unitMs
    })
})

/** For example `{}`, or with the account to set up: `{ "account": { "fields": [] } }` */
export const Reset = z.strictObject({ account: AccountFile.optional() })

/** The number of results to return. It is a text, as all parameters of a URL. */
const limit = z
  .string()
  .regex(/^([1-9]\d{0,2}|1000)$/, 'a whole number from 1 to 1000')
  .default('50')
  .transform(Number)

/** For example `?limit=50` */
export const NewestQuery = z.strictObject({ limit })

/** For example `?text=lana&limit=50` */
export const SearchQuery = z.strictObject({ text: z.string().default(''), audience: z.string().optional(), limit })

/** A value in a URL, as JSON */
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' })
    return z.NEVER
  }
})

/** For example `?value="28-07-1980"&field={"name":"Birthday","type":"date","format":"DD-MM-YYYY"}`, both as JSON */
export const ConvertQuery = z.strictObject({ value: json, field: json.pipe(AccountField) })

/** Reads a request's body. `In` is the type that clients send, `Out` the type that the handler gets. */
type BodyReader<In, Out> = MiddlewareHandler<Env, string, { in: { json: In }; out: { json: Out } }>

/** Reads a body that matches a schema. Other bodies get 400, with the path of each problem. */
export function readJson<Schema extends z.ZodType<object>>(
  schema: Schema
): BodyReader<z.input<Schema>, z.output<Schema>> {
  return async ({ req }, next) => {
    const { value } = await readBody(req.raw)
    req.addValidatedData('json', parse(schema, value))
    await next()
  }
}

/** Reads a state. It is checked when it is restored. */
export const readState: BodyReader<State, { value: unknown }> = async ({ req }, next) => {
  const { value } = await readBody(req.raw, MAX_STATE_BYTES)
  req.addValidatedData('json', { value })
  await next()
}

/** Reads the parameters of a URL that match a schema. Others get 400, with the path of each problem. */
export function readQuery<Schema extends z.ZodType<object, Record<string, string | undefined>>>(
  schema: Schema
): MiddlewareHandler<Env, string, { in: { query: z.input<Schema> }; out: { query: z.output<Schema> } }> {
  return async ({ req }, next) => {
    req.addValidatedData('query', parse(schema, req.query()))
    await next()
  }
}

function parse<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    throw new HTTPException(400, { message: formatProblems(parsed.error) })
  }
  return parsed.data
}
