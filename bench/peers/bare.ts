// Two bare processes, kept warm: what two cores can do with our engine when nothing is uploaded, checked again,
// recorded or published.

import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Made, Share } from './bare-process.ts'

const PROCESSES = 2

export type Bare = {
  /** Makes the table once, on both processes; the files are gone afterwards. */
  run(size: { rows: number; seed: number }): Promise<{ ms: number; cpuMs: number }>
  close(): void
}

export function startBare(): Bare {
  const script = new URL('./bare-process.ts', import.meta.url)
  const processes = Array.from({ length: PROCESSES }, () => fork(script))
  return {
    async run(size) {
      const dir = mkdtempSync(path.join(tmpdir(), 'syndata-bare-'))
      try {
        const startedMs = performance.now()
        const shares = processes.map((child, from) =>
          ask(child, { ...size, from, of: PROCESSES, dir: path.join(dir, String(from)) }),
        )
        const made = await Promise.all(shares)
        const ms = performance.now() - startedMs
        return { ms, cpuMs: made.reduce((sum, { cpuMs }) => sum + cpuMs, 0) }
      } finally {
        rmSync(dir, { recursive: true, force: true })
      }
    },
    close() {
      for (const child of processes) child.disconnect()
    },
  }
}

function ask(child: ChildProcess, share: Share): Promise<Made> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('a bare process ended'))
    child.once('exit', gone)
    child.once('message', (made: Made) => {
      child.off('exit', gone)
      resolve(made)
    })
    child.send(share)
  })
}
