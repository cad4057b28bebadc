// Two bare processes, kept warm: what two cores can do with our engine when nothing is uploaded, checked again,
// recorded or published.

import { type ChildProcess, fork } from 'node:child_process'
import { benchFolder } from '#bench/support/disk.ts'
import type { Made, Share } from './bare-process.ts'

const PROCESSES = 2

export type Bare = {
  /** Makes the table once, on both processes, over the files of the run before. */
  run(size: { rows: number; seed: number }): Promise<{ ms: number; cpuMs: number }>
  close(): void
}

export function startBare(): Bare {
  const script = new URL('./bare-process.ts', import.meta.url)
  const processes = Array.from({ length: PROCESSES }, () => fork(script))
  const dir = benchFolder('bare')
  return {
    async run(size) {
      const startedMs = performance.now()
      const shares = processes.map((child, from) =>
        ask(child, { ...size, from, of: PROCESSES, dir }),
      )
      const made = await Promise.all(shares)
      const ms = performance.now() - startedMs
      return { ms, cpuMs: made.reduce((sum, { cpuMs }) => sum + cpuMs, 0) }
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
