// What a supervised process is and how long it may take, and the loop that keeps it running.
import { setTimeout as delay } from 'node:timers/promises'
import { quotedLines } from './log-file.ts'
import { type Launch, type Spawned, spawnLogged } from './spawned.ts'
import { waitUntil } from './wait-until.ts'

const LINES_SHOWN = 6

export type ChildSpec = {
  name: string
  role: string
  region?: string
  /** Stages start upwards and stop downwards; those of one stage stop together. */
  stage: number
  /** Called before every start, so that it can look at the state it finds. */
  launch: () => Promise<Launch> | Launch
  /** Asked again and again after a start, until it says yes. */
  isReady: (signal: AbortSignal) => Promise<boolean>
  /** What its own end takes at most, before SIGKILL. */
  stopMs?: number
  stopSignal?: NodeJS.Signals
}

export type Limits = {
  firstPauseMs: number
  pauseMaxMs: number
  /** Healthy for so long, the next pause is the first one again. */
  resetAfterMs: number
  /** Not ready so long after a start, it is killed and started again. */
  readyMs: number
  stopMs: number
  /** So many starts in a row without getting ready make `start` give up. */
  failedStartsMax: number
}

export const LIMITS: Limits = {
  firstPauseMs: 200,
  pauseMaxMs: 10_000,
  resetAfterMs: 5_000,
  readyMs: 60_000,
  stopMs: 10_000,
  failedStartsMax: 4,
}

export type ChildDeps = {
  logFile: string
  say: (line: string) => void
  /** Called whenever the pid changes. */
  onChange: () => void
  limits: Limits
}

/** What supervision knows of its process; `healthy` and `current` are the loop's. */
export type ChildState = {
  current: Spawned | undefined
  healthy: boolean
  /** Starts in a row that did not get ready. */
  failedStarts: number
  /** Its owner has asked it to stop. */
  stopped: boolean
  /** Processes that were started for it. */
  runs: number
  /** When it became healthy, or ceased to be. */
  changedAt: Date
}

/** Starts, watches and starts again until `signal` aborts and the process that then runs has ended. */
export async function supervise(
  spec: ChildSpec,
  deps: ChildDeps,
  state: ChildState,
  signal: AbortSignal,
): Promise<void> {
  const { limits, say } = deps
  let pauseMs = limits.firstPauseMs
  while (!signal.aborted) {
    const { how, healthyMs } = await attempt(spec, deps, state, signal)
    if (signal.aborted) return
    if (healthyMs === 0) state.failedStarts += 1
    if (healthyMs >= limits.resetAfterMs) pauseMs = limits.firstPauseMs
    say(`${spec.name} ended (${how}); starting it again in ${pauseMs / 1000} s`)
    if (saysWhy(how) && state.failedStarts <= 1) quotedLines(deps.logFile, LINES_SHOWN).forEach(say)
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
    pauseMs = Math.min(pauseMs * 2, limits.pauseMaxMs)
  }
}

/** A process that was killed has nothing to say of it. */
const saysWhy = (how: string): boolean => how.startsWith('code')

type Outcome = { how: string; healthyMs: number }

async function attempt(
  spec: ChildSpec,
  deps: ChildDeps,
  state: ChildState,
  signal: AbortSignal,
): Promise<Outcome> {
  let launch: Launch
  try {
    launch = await spec.launch()
  } catch (error) {
    return { how: error instanceof Error ? error.message : String(error), healthyMs: 0 }
  }
  // The stop may have come while the launch was prepared: then there was nothing to stop.
  if (signal.aborted) return { how: 'stopped', healthyMs: 0 }
  return await runOnce(launch, spec, deps, state, signal)
}

async function runOnce(
  launch: Launch,
  spec: ChildSpec,
  deps: ChildDeps,
  state: ChildState,
  signal: AbortSignal,
): Promise<Outcome> {
  const run = spawnLogged(launch, deps.logFile)
  state.current = run
  state.runs += 1
  deps.onChange()
  const over = new AbortController()
  const watching = watchReady(spec, deps, AbortSignal.any([signal, over.signal]))
  let readyAt = Number.POSITIVE_INFINITY
  const noted = watching.then((ready) => {
    if (ready === undefined) return
    if (!ready) return run.kill('SIGKILL')
    readyAt = performance.now()
    state.healthy = true
    state.changedAt = new Date()
    state.failedStarts = 0
  })
  const { how } = await run.ended
  over.abort()
  await noted
  if (Number.isFinite(readyAt)) state.changedAt = new Date()
  state.healthy = false
  run.killGroup()
  state.current = undefined
  deps.onChange()
  return { how, healthyMs: Math.max(0, performance.now() - readyAt) }
}

/** True: ready; false: not within the limit; undefined: it no longer matters. */
async function watchReady(
  spec: ChildSpec,
  { limits }: ChildDeps,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const ready = await waitUntil(spec.isReady, { timeoutMs: limits.readyMs, signal })
  return signal.aborted ? undefined : ready
}
