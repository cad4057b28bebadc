// A way from this machine to a port in the cluster: one kubectl that stays until it is closed.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Bound, TargetError } from '../../target.ts'

export type Forwarded = { url: string; close: () => void }

export type Forwarding = {
  command: string
  args: string[]
  env: NodeJS.ProcessEnv
  complaintOf: (error: unknown, what: string) => TargetError
}

const OPENED_MS = 20_000
const STDERR_MAX = 64 * 1024

/** Throws TargetError, or the signal's reason; ends with the signal. */
export async function forward(
  { command, args, env, complaintOf }: Forwarding,
  { signal }: Bound,
): Promise<Forwarded> {
  signal.throwIfAborted()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const close = (): void => {
    signal.removeEventListener('abort', close)
    clearTimeout(timer)
    child.kill()
  }
  const timer = setTimeout(close, OPENED_MS)
  signal.addEventListener('abort', close, { once: true })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = `${stderr}${text}`.slice(-STDERR_MAX)
  })
  const ended = new Promise<never>((_, reject) => {
    const complain = (error: object): void =>
      reject(complaintOf({ ...error, stderr }, 'kubectl port-forward'))
    child.once('error', (error: NodeJS.ErrnoException) => complain({ code: error.code }))
    child.once('close', (code) => complain({ code, killed: child.killed }))
  })
  // Once it is open, its end is seen by the calls that go through it.
  ended.catch(() => undefined)
  const opened = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /^Forwarding from 127\.0\.0\.1:(\d+) ->/.exec(line)?.[1]
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
    })
  })
  try {
    const url = await Promise.race([opened, ended])
    clearTimeout(timer)
    return { url, close }
  } catch (error) {
    close()
    signal.throwIfAborted()
    throw error
  }
}
