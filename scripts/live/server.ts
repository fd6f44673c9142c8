import { createServer } from 'http'
import type { IncomingMessage } from 'http'
import type { AddressInfo, Socket } from 'net'
import { PLAIN } from './responses'
import type { Response } from './responses'
import type { Item, WireRequest } from './observation'

/** Headers that describe the connection, or the length of a body that is compared by itself */
const NOT_COMPARED = new Set(['host', 'connection', 'content-length'])

/** The host of the address to which redirects lead */
const ELSEWHERE = 'elsewhere'

/** Where one delivery sends its requests, and what came there. */
interface Endpoint {
  /** A request goes to this address, then `/`, its host and its path. */
  url: string
  requests: WireRequest[]
}

/** A local Ortto that responds to each delivery as its case says. */
export class LocalOrtto {
  private readonly endpoints = new Map<string, { response: Response; requests: WireRequest[] }>()
  private readonly sockets = new Set<Socket>()
  private origin = ''
  private readonly server = createServer((request) => void this.respond(request).catch(() => request.socket.destroy()))

  async start(): Promise<void> {
    this.server.on('connection', (socket) => {
      this.sockets.add(socket)
      socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket))
    })
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.origin = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Also ends the connections of deliveries that never end. */
  stop(): void {
    this.sockets.forEach((socket) => socket.destroy())
    this.server.close()
  }

  /** A new address, where every request gets this response. */
  endpoint(response: Response): Endpoint {
    const name = String(this.endpoints.size)
    const requests: WireRequest[] = []
    this.endpoints.set(name, { response, requests })
    return { url: `${this.origin}/${name}`, requests }
  }

  private async respond(request: IncomingMessage): Promise<void> {
    const [, name, host, path] = /^\/(\d+)\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? []
    const endpoint = this.endpoints.get(name)
    if (!endpoint) {
      throw new Error('This request belongs to no delivery.')
    }
    const received = await read(request, `https://${host}${path}`)
    endpoint.requests.push(received)
    const { send } = host === ELSEWHERE ? PLAIN : endpoint.response
    send({ socket: request.socket, items: received.items, elsewhere: `${this.origin}/${name}/${ELSEWHERE}/` })
  }
}

async function read(request: IncomingMessage, url: string): Promise<WireRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) {
    chunks.push(chunk as Buffer)
  }
  const body = Buffer.concat(chunks).toString()
  const items: unknown = body === '' ? [] : JSON.parse(body)
  const headers = Object.entries(request.headers).filter(([name]) => !NOT_COMPARED.has(name))
  return {
    method: request.method ?? '',
    url,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    items: Array.isArray(items) ? (items as Item[]) : []
  }
}
