// Ray and Dask with polars, Faker and Mimesis, where a Python with them is at hand; elsewhere these peers are left out
// and it is said.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { say } from '#bench/support/say.ts'
import { settings } from '#bench/support/settings.ts'

const run = promisify(execFile)
const RUN_MS = 10 * 60_000

export type PythonPeer = 'ray' | 'dask'

const MODULES = { ray: 'ray, polars, numpy', dask: 'dask.distributed, polars, numpy' }

type Size = { rows: number; times: number }

/** Milliseconds of each warm run of the table on two processes; null when this machine has no such Python. */
export async function timePython(peer: PythonPeer, size: Size): Promise<number[] | null> {
  const seconds = await runPeer({ script: 'python_ten.py', peer, modules: MODULES[peer] }, size)
  return seconds?.map((s) => s * 1000) ?? null
}

/** Rows a second of processor time of each warm run, one process; null when this machine has no such Python. */
export function ratePython(peer: 'faker' | 'mimesis', size: Size): Promise<number[] | null> {
  return runPeer({ script: 'python_words.py', peer, modules: peer }, size)
}

type Peer = { script: string; peer: string; modules: string }

/** The numbers that a peer's script prints in its last line. */
async function runPeer({ script, peer, modules }: Peer, size: Size): Promise<number[] | null> {
  const { python } = settings
  try {
    await run(python, ['-c', `import ${modules}`], { timeout: RUN_MS })
  } catch {
    say(`${peer} is left out: ${python} cannot import ${modules} (SYNDATA_BENCH_PYTHON)`)
    return null
  }
  const path = fileURLToPath(new URL(`./${script}`, import.meta.url))
  // One thread for each process, as for everybody.
  const env = { ...process.env, POLARS_MAX_THREADS: '1', RAY_USAGE_STATS_ENABLED: '0' }
  const args = [path, peer, String(size.rows), String(size.times)]
  const { stdout } = await run(python, args, { env, timeout: RUN_MS })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as number[]
}
