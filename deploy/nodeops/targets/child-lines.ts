// The lines of a program that runs until it ends, or until nobody wants them any more.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { TargetError } from '../target.ts'

export type ChildCall = {
  command: string
  args: readonly string[]
  /** Of this process when undefined. */
  env?: NodeJS.ProcessEnv
  /** What it failed of, in words of people. */
  complaintOf: (ended: { code: unknown; stderr: string }) => TargetError
}

const STDERR_MAX_CHARS = 64 * 1024

/** Of its standard output. Throws its complaint; ends without an error when the signal aborts. */
export async function* childLines(
  { command, args, env, complaintOf }: ChildCall,
  signal: AbortSignal,
): AsyncIterable<string> {
  if (signal.aborted) return
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const stop = (): void => void child.kill()
  signal.addEventListener('abort', stop, { once: true })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-STDERR_MAX_CHARS)
  })
  const ended = new Promise<{ code: unknown }>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code }))
    child.once('close', (code) => resolve({ code }))
  })
  try {
    yield* createInterface({ input: child.stdout })
    const { code } = await ended
    if (code !== 0 && !signal.aborted) throw complaintOf({ code, stderr })
  } finally {
    signal.removeEventListener('abort', stop)
    child.kill()
  }
}
