import { createServer } from 'http'
import type { AddressInfo } from 'net'

/**
 * An Ortto that takes everything and looks at nothing: what a measurement sends to. Tells its port to its parent.
 * Run with the milliseconds that an answer takes; none without.
 */
const delay = Number(process.argv[2] ?? 0)
const server = createServer((request, response) => {
  const answer = () => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{}')
  }
  request.on('data', () => undefined)
  request.on('end', () => (delay > 0 ? setTimeout(answer, delay) : answer()))
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
