import type { Env, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { AccountField, AccountFile, problemsOf } from './account-file'
import { readBody } from './body'
import type { State } from './state'

/** Bytes of a state that is imported */
const MAX_STATE = 256 * 1024 * 1024

/** For example `{ "by": "2 minutes" }` */
export const Advance = z.strictObject({
  by: z.string().regex(/^\d{1,5} (second|minute|hour|day)s?$/, 'for example "2 minutes"')
})

/** For example `{}`, or with how the account is to be set up: `{ "account": { "fields": [] } }` */
export const Reset = z.strictObject({ account: AccountFile.optional() })

/** How many to give, at most; text, as parameters of a URL are. */
const limit = z
  .string()
  .regex(/^([1-9]\d{0,2}|1000)$/, 'a whole number from 1 to 1000')
  .default('50')
  .transform(Number)

/** For example `?limit=50` */
export const Newest = z.strictObject({ limit })

/** For example `?text=lana&limit=50` */
export const Search = z.strictObject({ text: z.string().default(''), limit })

/** A value in a URL */
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' })
    return z.NEVER
  }
})

/** For example `?value="28-07-1980"&field={"name":"Birthday","type":"date","format":"DD-MM-YYYY"}`, both as JSON */
export const ToConvert = z.strictObject({ value: json, field: json.pipe(AccountField) })

/** Reads a request's body. `In` is what the asking side sends, `Out` what its handler gets. */
type BodyReader<In, Out> = MiddlewareHandler<Env, string, { in: { json: In }; out: { json: Out } }>

/** Reads a body that a schema describes. What it can't be is refused, with the path of each problem. */
export function checkedBody<Schema extends z.ZodType<object>>(
  schema: Schema
): BodyReader<z.input<Schema>, z.output<Schema>> {
  return async ({ req }, next) => {
    const { value } = await readBody(req.raw)
    req.addValidatedData('json', checked(schema, value))
    await next()
  }
}

/** Reads a state, which is checked when it is restored. */
export const stateBody: BodyReader<State, { value: unknown }> = async ({ req }, next) => {
  const { value } = await readBody(req.raw, MAX_STATE)
  req.addValidatedData('json', { value })
  await next()
}

/** Reads the parameters in the URL, as a schema describes them. */
export function checkedQuery<Schema extends z.ZodType<object, Record<string, string | undefined>>>(
  schema: Schema
): MiddlewareHandler<Env, string, { in: { query: z.input<Schema> }; out: { query: z.output<Schema> } }> {
  return async ({ req }, next) => {
    req.addValidatedData('query', checked(schema, req.query()))
    await next()
  }
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const read = schema.safeParse(value)
  if (!read.success) {
    throw new HTTPException(400, { message: problemsOf(read.error) })
  }
  return read.data
}
