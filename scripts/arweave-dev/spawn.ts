// Starts the development gateway as a process of its own, for tests and scripts.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type ArweaveDevProcess = {
  url: string
  port: number
  /** Ends it: SIGTERM for an orderly stop (the default), SIGKILL for a crash. Gives the exit code; safe to call twice. */
  stop: (signal?: 'SIGTERM' | 'SIGKILL') => Promise<number | null>
}

/** Resolves once it listens; port 0 lets the system choose. Throws when it ends before that. */
export async function spawnArweaveDev(options: {
  dataDir: string
  port?: number
  confirmDelayMs?: number
}): Promise<ArweaveDevProcess> {
  const script = fileURLToPath(new URL('../arweave-dev.ts', import.meta.url))
  const flags = ['--port', String(options.port ?? 0), '--data-dir', options.dataDir]
  const delay = ['--confirm-delay-ms', String(options.confirmDelayMs ?? 0)]
  const child = spawn(process.execPath, [script, ...flags, ...delay], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await listeningUrl(child)
  return { url, port: Number(new URL(url).port), stop: (signal) => stopProcess(child, signal) }
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the gateway has no standard output')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (\S+)$/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error(`the gateway ended before it listened (exit code ${child.exitCode})`)
}

async function stopProcess(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return child.exitCode
}
