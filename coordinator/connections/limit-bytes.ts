// A server of a user's choice could answer without end, into our memory.

import type { Socket } from 'node:net'

const LOOK_MS = 20

/** Breaks the socket soon after more than `bytesMax` bytes have come in; never, when that is Infinity. */
export function limitBytes(socket: Socket, bytesMax: number): void {
  if (bytesMax === Infinity) return
  const timer = setInterval(() => {
    if (socket.bytesRead > bytesMax) socket.destroy(new Error('more bytes than expected'))
  }, LOOK_MS)
  socket.once('close', () => clearInterval(timer))
}
