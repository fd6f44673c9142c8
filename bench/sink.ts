import { createServer } from 'http'
import type { AddressInfo, Socket } from 'net'

/**
 * An Ortto that takes everything and looks at nothing: what a measurement sends to. Tells its port to its parent, and,
 * when asked, how many bytes it has received since it was asked last.
 * Run with the milliseconds that a response takes (0 by default), and the share of requests that fail (0 by default).
 */
const delay = Number(process.argv[2] ?? 0)
const failing = Number(process.argv[3] ?? 0)
const sockets = new Set<Socket>()
let ofClosed = 0
let told = 0

const server = createServer((request, response) => {
  const answer = () => {
    response.writeHead(Math.random() < failing ? 500 : 200, { 'content-type': 'application/json' })
    response.end('{}')
  }
  request.on('data', () => undefined)
  request.on('end', () => (delay > 0 ? setTimeout(answer, delay) : answer()))
})
server.on('connection', (socket) => {
  sockets.add(socket)
  socket.on('close', () => {
    sockets.delete(socket)
    ofClosed += socket.bytesRead
  })
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.on('message', () => {
  const all = [...sockets].reduce((sum, { bytesRead }) => sum + bytesRead, ofClosed)
  process.send?.(all - told)
  told = all
})
process.on('disconnect', () => process.exit())
