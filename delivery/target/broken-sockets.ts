import { subscribe } from 'diagnostics_channel'
import type { ClientRequest } from 'http'
import type { Socket } from 'net'

let isOn = false

/**
 * Keeps this process alive when a server responds and closes the connection while a request's body is still being
 * sent. The request has its response by then and no longer listens to its socket, whose error would end the process.
 */
export function surviveBrokenSockets(): void {
  if (isOn) {
    return
  }
  isOn = true
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest }
    if (request.socket) {
      guard(request.socket)
    } else {
      request.once('socket', guard)
    }
  })
}

/** A socket serves one request after the other, and another copy of this module may have guarded it. */
function guard(socket: Socket): void {
  if (!socket.listeners('error').some(({ name }) => name === outlive.name)) {
    socket.on('error', outlive)
  }
}

function outlive(): void {
  // The request tells of the error, when it still waits for an answer.
}
