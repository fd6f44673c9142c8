import { z } from 'zod'
import { AccountFile } from '../model/account-file'
import { ActivityItem, ContactItem } from '../model/items'
import { MAX_ITEMS_PER_REQUEST } from '../rules'
import { AudienceRequest } from './api'
import { listPaths } from './control-index'
import { Fault } from './faults'

/** A JSON schema of what is sent: before defaults and conversions. */
const schemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-2020-12' })

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` })

const PROCESSED = { description: 'Every item was processed.' }
const MULTI_STATUS = {
  description: 'Some items have another status than 200. Items that are not listed were processed.',
  ...json({
    type: 'object',
    properties: {
      errors: {
        type: 'array',
        items: {
          type: 'object',
          properties: { status: { type: 'integer' }, message: { type: 'string' }, index: { type: 'integer' } },
          required: ['status', 'message', 'index']
        }
      }
    }
  })
}
const REFUSED = {
  '400': { description: 'The body has another shape.' },
  '401': { description: 'The API key is wrong.' }
}

/** Describes Ortto's API and the control API, in OpenAPI 3.1. The schemas are those that check the requests. */
export function createOpenApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Local Ortto',
      version: '1',
      description:
        "Ortto's API for Segment, as this local Ortto implements it, and the API that controls the local Ortto."
    },
    paths: { ...apiPaths(), ...controlPaths() },
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Contact: schemaOf(ContactItem),
        Activity: schemaOf(ActivityItem),
        AudienceRequest: schemaOf(AudienceRequest),
        Account: schemaOf(AccountFile),
        Fault: schemaOf(Fault)
      }
    }
  }
}

function apiPaths(): object {
  const items = (summary: string, name: string) => ({
    post: {
      summary,
      security: [{ apiKey: [] }],
      requestBody: {
        required: true,
        ...json({ type: 'array', maxItems: MAX_ITEMS_PER_REQUEST, items: reference(name) })
      },
      responses: { '200': PROCESSED, '207': MULTI_STATUS, ...REFUSED }
    }
  })
  return {
    '/v1/me': {
      get: {
        summary: 'Checks the API key',
        security: [{ apiKey: [] }],
        responses: { '200': { description: 'The key is valid.' }, '401': REFUSED['401'] }
      }
    },
    '/v1/identify': items('Creates and updates contacts', 'Contact'),
    '/v1/track': items('Stores activities', 'Activity'),
    '/v1/audiences/create': {
      post: {
        summary: 'Creates an audience, or finds the one with this name',
        security: [{ apiKey: [] }],
        requestBody: {
          required: true,
          ...json(reference('AudienceRequest'))
        },
        responses: {
          '200': {
            description: 'The audience',
            ...json({ type: 'object', properties: { id: { type: 'string' }, name: { type: 'string' } } })
          },
          ...REFUSED
        }
      }
    }
  }
}

/** Bodies of the control API that have a schema */
const BODIES: Readonly<Record<string, object>> = {
  'PUT /sandbox/account': reference('Account'),
  'POST /sandbox/faults': reference('Fault')
}

function controlPaths(): Record<string, object> {
  const paths: Record<string, Record<string, object>> = {}
  for (const { method, path, description, hasBody } of listPaths()) {
    const body = BODIES[`${method} ${path}`] ?? { type: 'object' }
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        summary: description,
        ...(hasBody ? { requestBody: { required: true, ...json(body) } } : {}),
        responses: { '200': { description: 'JSON' }, '400': { description: 'What is wrong, in `message`' } }
      }
    }
  }
  return paths
}
