// One supervised process as its owner sees it: start, wait, signal, stop.
import { quotedLines } from './log-file.ts'
import { StackError } from './stack-error.ts'
import { type ChildDeps, type ChildSpec, type ChildState, supervise } from './supervise.ts'
import { waitUntil } from './wait-until.ts'

const LINES_SHOWN = 20
const ENDING_SIGNALS: NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT']

export type Child = {
  spec: ChildSpec
  logFile: string
  /** Undefined while it does not run. */
  pid: () => number | undefined
  healthy: () => boolean
  view: () => ChildView
  /** Starts supervision; resolves once healthy. Throws StackError with the last log lines when it does not get there. */
  start: () => Promise<void>
  waitHealthy: (timeoutMs?: number) => Promise<void>
  /** Sends a signal to the process alone; supervision goes on. */
  kill: (signal: NodeJS.Signals) => void
  /** Ends supervision and the process. Idempotent. */
  stop: () => Promise<void>
  killNow: () => void
}

/** A child as operators see it; `failing`: `start` would have given up on it. */
export type ChildView = {
  state: 'starting' | 'running' | 'failing' | 'stopped'
  since: Date
  restarts: number
}

/** A child that does nothing until `start`. */
export function createChild(spec: ChildSpec, deps: ChildDeps): Child {
  const state: ChildState = {
    current: undefined,
    healthy: false,
    failedStarts: 0,
    stopped: true,
    runs: 0,
    changedAt: new Date(),
  }
  let supervision: { abort: AbortController; done: Promise<void> } | undefined

  const begin = (): void => {
    state.failedStarts = 0
    state.stopped = false
    state.changedAt = new Date()
    const abort = new AbortController()
    supervision = { abort, done: supervise(spec, deps, state, abort.signal) }
  }

  const waitHealthy = (timeoutMs = deps.limits.readyMs): Promise<void> =>
    waitForHealth(spec, deps, state, timeoutMs)

  return {
    spec,
    logFile: deps.logFile,
    pid: () => state.current?.pid,
    healthy: () => state.healthy,
    view: () => ({
      state: stateOf(state, deps.limits.failedStartsMax),
      since: state.changedAt,
      restarts: Math.max(0, state.runs - 1),
    }),
    waitHealthy,
    start: async () => {
      if (!supervision) begin()
      await waitHealthy()
    },
    kill: (signal) => {
      // Whoever kills it and then waits for health means the health of the next run.
      if (ENDING_SIGNALS.includes(signal)) state.healthy = false
      state.current?.kill(signal)
    },
    stop: async () => {
      state.stopped = true
      if (!supervision) return
      const { abort, done } = supervision
      abort.abort()
      state.current?.kill(spec.stopSignal ?? 'SIGTERM')
      // A process that was stopped by SIGSTOP acts on the signal only when it goes on.
      state.current?.kill('SIGCONT')
      const bound = setTimeout(() => state.current?.killGroup(), spec.stopMs ?? deps.limits.stopMs)
      await done
      clearTimeout(bound)
      state.changedAt = new Date()
      supervision = undefined
    },
    killNow: () => {
      state.stopped = true
      supervision?.abort.abort()
      state.current?.killGroup()
    },
  }
}

function stateOf(state: ChildState, failedStartsMax: number): ChildView['state'] {
  if (state.healthy) return 'running'
  if (state.stopped) return 'stopped'
  return state.failedStarts >= failedStartsMax ? 'failing' : 'starting'
}

async function waitForHealth(
  spec: ChildSpec,
  deps: ChildDeps,
  state: ChildState,
  timeoutMs: number,
): Promise<void> {
  const gaveUp = (): boolean => state.failedStarts >= deps.limits.failedStartsMax
  const decided = (): boolean => state.healthy || state.stopped || gaveUp()
  const done = await waitUntil(decided, { timeoutMs })
  if (state.healthy) return
  if (state.stopped) throw new StackError(`${spec.name} was stopped`, 'Start it again.')
  const message = done
    ? `${spec.name} does not start`
    : `${spec.name} is not ready after ${timeoutMs / 1000} s`
  const lines = quotedLines(deps.logFile, LINES_SHOWN)
  throw new StackError(
    [message, ...lines].join('\n'),
    `Read ${deps.logFile}, correct what it says, start again.`,
  )
}
