import { createServer } from 'http'
import type { AddressInfo } from 'net'

/** An Ortto that takes everything and looks at nothing: what a measurement sends to. Tells its port to its parent. */
const server = createServer((request, response) => {
  request.on('data', () => undefined)
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{}')
  })
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
