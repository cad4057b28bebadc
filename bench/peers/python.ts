// Ray and Dask with polars, where a Python with them is at hand; elsewhere these peers are left out and it is said.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { say } from '#bench/support/say.ts'
import { settings } from '#bench/support/settings.ts'

const run = promisify(execFile)
const RUN_MS = 10 * 60_000

export type PythonPeer = 'ray' | 'dask'

const MODULES = { ray: 'ray, polars, numpy', dask: 'dask.distributed, polars, numpy' }

/** Milliseconds of each warm run of the table on two processes; null when this machine has no such Python. */
export async function timePython(
  peer: PythonPeer,
  { rows, times }: { rows: number; times: number },
): Promise<number[] | null> {
  const { python } = settings
  try {
    await run(python, ['-c', `import ${MODULES[peer]}`], { timeout: RUN_MS })
  } catch {
    say(`${peer} is left out: ${python} cannot import ${MODULES[peer]} (SYNDATA_BENCH_PYTHON)`)
    return null
  }
  const script = fileURLToPath(new URL('./python_ten.py', import.meta.url))
  // One thread for each of the two processes, as for everybody.
  const env = { ...process.env, POLARS_MAX_THREADS: '1', RAY_USAGE_STATS_ENABLED: '0' }
  const args = [script, peer, String(rows), String(times)]
  const { stdout } = await run(python, args, { env, timeout: RUN_MS })
  const seconds = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as number[]
  return seconds.map((s) => s * 1000)
}
