// How the stack starts its own Node programs: the pinned Node itself, so that a pid is the program's.
import path from 'node:path'
import type { Environments } from './environment-file.ts'
import type { Launch } from './spawned.ts'
import type { Role } from './stack-plan.ts'
import { ROOT, type Tools } from './tools.ts'

const ENTRIES: Partial<Record<Role, string>> = {
  coordinator: 'coordinator/main.ts',
  parts: 'coordinator/parts/main.ts',
  worker: 'worker/main.ts',
  scheduler: 'coordinator/scheduler/main.ts',
  arweave: 'scripts/arweave-dev.ts',
}

/**
 * What computes yields to what answers. All workers wait for the parts process: with no more of the machine than one of
 * them it holds up the others, and cores idle.
 */
const NICENESS: Partial<Record<Role, number>> = { parts: 5, worker: 10 }

/** What V8 made of our modules at an earlier start: a process starts in half the time. Node keeps it in step by itself. */
const COMPILE_CACHE = path.join(ROOT, 'node_modules', '.cache', 'syndata', 'compiled')

export type NodeProcessOptions = {
  tools: Tools
  entries: Partial<Record<Role, string>>
  /** Further environment by role or by process name. */
  env: Environments
  /** Of the data folder, looked up at every launch. */
  settings?: () => Environments
}

/** npm's own variables say nothing to the programs; secrets of connections are not for workers. */
function inherited(role: Role): NodeJS.ProcessEnv {
  const unwanted = role === 'worker' ? /^(npm_|SYNDATA_SECRET)/ : /^npm_/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !unwanted.test(name)))
}

/** The launch of one program of a role under a name. */
export function nodeLaunch(
  { role, name }: { role: Role; name: string },
  { args = [], env }: { args?: string[]; env: Record<string, string> },
  { tools, entries, env: further, settings }: NodeProcessOptions,
): Launch {
  const entry = path.resolve(ROOT, entries[role] ?? ENTRIES[role] ?? '')
  const niceness = NICENESS[role]
  const kept = settings?.() ?? {}
  return {
    command: tools.node,
    args: ['--disable-warning=ExperimentalWarning', entry, ...args],
    cwd: ROOT,
    env: {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...inherited(role),
      ...env,
      ...kept[role],
      ...kept[name],
      ...further[role],
      ...further[name],
    },
    ...(niceness === undefined ? {} : { niceness }),
  }
}
