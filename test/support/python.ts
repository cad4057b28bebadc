// A Python with the modules that a foreign reader needs, where this machine has one.

import { spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The command of the first Python that can import `modules` (as in `import a, b`); null where none can. */
export function findPython(modules: string): string | null {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const places = [
    ...[process.env['SYNDATA_BENCH_PYTHON'] ?? [], 'python3'].flat(),
    join(cache, 'syndata', 'bench-venv', 'bin', 'python'),
  ]
  const can = (python: string) => spawnSync(python, ['-c', `import ${modules}`]).status === 0
  return places.find(can) ?? null
}
