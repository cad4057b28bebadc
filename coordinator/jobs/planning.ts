// Plans configs without holding up the event loop: small ones at once, large ones in a thread.

import { Worker } from 'node:worker_threads'
import type { InputRef } from '#coordinator/fleet/input-grants.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { AppError, type ErrorCode, type Problem } from '#engine/errors.ts'
import { type Plan, planConfig } from '#engine/plan.ts'
import { meanCount } from '#engine/rules/children.ts'

/** Counting children costs about 60 ns a parent: this many hold the loop up for 3 ms. */
const PARENTS_INLINE_MAX = 50_000
/** About 12 seconds of counting. */
const PARENTS_MAX = 200_000_000
const THREADS_MAX = 2
const WAITING_MAX = 64
const TIMEOUT_MS = 45_000

export type Planned = {
  plan: Plan /** By table of the plan, if asked for. */
  bytes: number[] | null
}

export type Planner = {
  /**
   * `sample` estimates bytes too, from rows of the model where there is one; `conditions` are tried on it. Throws `unsupported` for too many parents,
   * `rate_limited` for too many plans, `invalid_config` for rows of the sample that cannot be made, `invalid_request` at `/conditions`
   * for what no row of the model meets.
   */
  plan(
    config: ResolvedConfig,
    options: { sample: boolean; model?: InputRef; conditions?: boolean },
  ): Promise<Planned>
  /** Stops the threads; plans under way are rejected. */
  close(): Promise<void>
}

/** `models`: files of those that the config names, where rows are sampled or `conditions` tried. */
export type PlanningWork = {
  config: ResolvedConfig
  sample: boolean
  conditions: boolean
  models: Uint8Array[]
}

type Answer = Planned | { code: ErrorCode; message: string; problems: Problem[] }

/** `readModel`: the bytes of a model's file. */
export function createPlanner({
  readModel,
}: {
  readModel: (file: InputRef) => Promise<Uint8Array>
}): Planner {
  const threads = new Set<Worker>()
  const waiting: (() => void)[] = []
  const enter = async (): Promise<void> => {
    if (threads.size < THREADS_MAX) return
    if (waiting.length >= WAITING_MAX) {
      throw new AppError('rate_limited', 'Too many large plans are being made; try again shortly.')
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const inThread = async (workerData: PlanningWork): Promise<Planned> => {
    await enter()
    // Nobody else has these bytes: they move instead of being copied.
    const transferList = workerData.models.map(({ buffer }) => buffer as ArrayBuffer)
    const url = new URL('./planning-thread.ts', import.meta.url)
    const thread = new Worker(url, { workerData, transferList })
    threads.add(thread)
    try {
      return plannedOf(await answerOf(thread))
    } finally {
      threads.delete(thread)
      await thread.terminate()
      waiting.shift()?.()
    }
  }
  return {
    async plan(config, { sample, model, conditions = false }) {
      const parents = countedParents(config)
      requireFeasible(parents)
      const tried = sample || config.plugins !== undefined
      if (!(tried || conditions) && parents <= PARENTS_INLINE_MAX)
        return { plan: planConfig(config), bytes: null }
      const models = (tried || conditions) && model ? [await readModel(model)] : []
      return inThread({ config, sample: tried, conditions, models })
    },
    async close() {
      await Promise.all([...threads].map((thread) => thread.terminate()))
    },
  }
}

function requireFeasible(parents: number): void {
  if (parents <= PARENTS_MAX) return
  throw new AppError(
    'unsupported',
    `Children by a distribution work for up to ${PARENTS_MAX} parents; use a fixed number of children for more.`,
  )
}

function plannedOf(answer: Answer): Planned {
  if (!('code' in answer)) return answer
  const { code, message, problems: found } = answer
  if (code !== 'generation_failed') throw new AppError(code, message, { problems: found })
  const hint = 'Change the rule of that column so that all its values fit.'
  const problems = [{ path: '/config', message, hint }]
  throw new AppError('invalid_config', `/config: ${message}`, { problems })
}

function answerOf(thread: Worker): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AppError('unavailable', `Planning took longer than ${TIMEOUT_MS} ms.`)),
      TIMEOUT_MS,
    )
    const settle = (act: () => void) => {
      clearTimeout(timer)
      act()
    }
    thread.once('message', (answer: Answer) => settle(() => resolve(answer)))
    thread.once('error', (error: Error) => settle(() => reject(error)))
    thread.once('exit', (code) =>
      settle(() => reject(new AppError('unavailable', `The planning thread ended with ${code}.`))),
    )
  })
}

/** Parents whose children have to be counted one by one; by the mean where they are children themselves. */
function countedParents(config: ResolvedConfig): number {
  const byName = new Map(config.tables.map((table) => [table.name, table]))
  const rowsOf = (name: string, depth: number): number => {
    const table = byName.get(name)
    const key = table?.foreign_keys.find(({ children }) => children !== null)
    if (table === undefined || depth > config.tables.length) return 0
    if (table.rows !== null || !key?.children) return table.rows ?? 0
    return rowsOf(key.parent_table, depth + 1) * meanCount(key.children)
  }
  return config.tables
    .flatMap((table) => table.foreign_keys)
    .filter(({ children }) => children !== null && children.type !== 'fixed')
    .reduce((sum, { parent_table }) => sum + rowsOf(parent_table, 0), 0)
}
