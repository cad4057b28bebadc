// The Python packages that learn tables and compare them, where a Python with them is at hand; elsewhere they are left
// out and it is said.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { say } from '#bench/support/say.ts'
import { settings } from '#bench/support/settings.ts'

const run = promisify(execFile)
const RUN_MS = 30 * 60_000

export type PythonLearner = 'ctgan' | 'tvae' | 'copula' | 'sdmetrics'

const MODULES: Readonly<Record<PythonLearner, string>> = {
  ctgan: 'ctgan, torch',
  tvae: 'ctgan, torch',
  copula: 'sdv',
  sdmetrics: 'sdmetrics',
}

type Work = { csv: string; folder: string; rows: number; epochs: number; sampled?: string }

/** Seconds of processor time, and the text of the sampled table; those of a comparison for `sdmetrics`. */
export type PythonLearned = {
  prepare: number
  epoch: number
  sample: number
  compare: number
  sampled: string
}

/** Null when this machine has no Python with the package. */
export async function learnPython(
  peer: PythonLearner,
  { csv, folder, rows, epochs, sampled }: Work,
): Promise<PythonLearned | null> {
  const { learnPython: python } = settings
  try {
    await run(python, ['-c', `import ${MODULES[peer]}`], { timeout: RUN_MS })
  } catch {
    say(
      `${peer} is left out: ${python} cannot import ${MODULES[peer]} (SYNDATA_BENCH_LEARN_PYTHON)`,
    )
    return null
  }
  const script = fileURLToPath(new URL('./python_learn.py', import.meta.url))
  const sample = sampled ?? join(folder, `${peer}.csv`)
  const env = { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }
  const args = [script, peer, csv, String(rows), String(epochs), sample]
  const { stdout } = await run(python, args, { env, timeout: RUN_MS, maxBuffer: 2 ** 26 })
  const figures = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as PythonLearned
  return { ...figures, sampled: readFileSync(sample, 'utf8') }
}
