// The two directions of a gRPC stream, for either side: sending with backpressure, receiving as an async iterable.

import type { Duplex } from 'node:stream'

/** `send` after the end is dropped: what must arrive is acknowledged by message. */
export type Sending<Out> = {
  /** False: the buffer is full; wait for `drained` before sending more. */
  send(message: Out): boolean
  /** Resolves when there is room again or the stream is over. */
  drained(): Promise<void>
}

/** What both sides' streams of grpc-js are, by the members used here. */
type MessageStream = Pick<Duplex, 'writable' | 'writableNeedDrain' | 'destroyed' | 'iterator'> & {
  write(message: unknown): boolean
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

export function sendingOn(stream: MessageStream): Sending<unknown> {
  return {
    send: (message) => !stream.writable || stream.write(message),
    drained: () => drained(stream),
  }
}

function drained(stream: MessageStream): Promise<void> {
  if (!stream.writable || !stream.writableNeedDrain) return Promise.resolve()
  return new Promise((resolve) => {
    const events = ['drain', 'error', 'close', 'finish', 'cancelled', 'status']
    const done = () => {
      for (const event of events) stream.off(event, done)
      resolve()
    }
    for (const event of events) stream.on(event, done)
  })
}

/** Ends when the peer ends or vanishes; throws what `failure` returns by then, if anything. One reader. */
export async function* receivedOn(
  stream: MessageStream,
  failure: () => Error | undefined,
): AsyncGenerator<unknown, void, void> {
  try {
    // The loop must not destroy the stream: its status is still to be sent or received.
    yield* stream.iterator({ destroyOnReturn: false })
  } catch (error) {
    if (!stream.destroyed && !failure()) throw error
  }
  const cause = failure()
  if (cause) throw cause
}

type Cancellable = { cancel(): void; once(event: string, listener: () => void): unknown }

/** Cancels the call when the signal aborts, and lets go of the signal at the call's `status`. */
export function cancelOn(signal: AbortSignal | undefined, call: Cancellable): void {
  if (!signal) return
  const cancel = () => call.cancel()
  if (signal.aborted) queueMicrotask(cancel)
  signal.addEventListener('abort', cancel, { once: true })
  call.once('status', () => signal.removeEventListener('abort', cancel))
}
