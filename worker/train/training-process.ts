// A training in a process of its own: when the runtime crashes, or the training has to end at once, the process dies and
// the worker does not.

import { fork } from 'node:child_process'
import { NO_TALLY } from '#engine/models/sampled.ts'
import type { ThreadEvents } from '../compute-thread.ts'
import type {
  FromTraining,
  ToTraining,
  TrainingCheckpoint,
  TrainingDevice,
  TrainingPreview,
  TrainingProgress,
  TrainingRun,
} from './messages.ts'

export type TrainingEvents = Pick<ThreadEvents, 'onMade' | 'onFailed' | 'onSign' | 'onEnded'> & {
  onDevice(leaseId: string, device: TrainingDevice): void
  onProgress(leaseId: string, progress: TrainingProgress): void
  onCheckpoint(leaseId: string, checkpoint: TrainingCheckpoint): void
  onPreview(leaseId: string, preview: TrainingPreview): void
}

export type TrainingProcess = {
  leaseId: string
  /** Ends it soon, with a checkpoint. */
  pause(): void
  /** Ends it at once. */
  kill(): void
  /** As kill, without a word of it. */
  close(): Promise<void>
}

/** The model is the only chunk. */
const CHUNK = 0
/** For the steps under way and the checkpoint to be stored. */
const PAUSE_TIMEOUT_MS = 60_000

type Options = { script?: URL; pauseTimeoutMs?: number }

/** Starts at once. `onEnded` is the last event, whatever happens. */
export function startTraining(
  run: TrainingRun,
  events: TrainingEvents,
  { script = new URL('./main.ts', import.meta.url), pauseTimeoutMs }: Options = {},
): TrainingProcess {
  const { leaseId } = run
  const child = fork(script, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let end: 'running' | 'told' | 'killed' | 'closed' = 'running'
  let stale = false
  let grace: NodeJS.Timeout | undefined

  const tell = (message: ToTraining): void => {
    if (child.connected) child.send(message, () => undefined)
  }
  const fail = (message: string): void =>
    events.onFailed(leaseId, { chunk: CHUNK, code: 'generation_failed', message })
  const kill = (): void => {
    if (end === 'running') end = 'killed'
    child.kill('SIGKILL')
  }

  child.on('message', (message: FromTraining) => {
    if (end !== 'running') return
    if (message.type === 'sign') {
      const { requestId, blocks } = message
      events.onSign(leaseId, {
        blocks,
        answer: (puts) => tell({ type: 'urls', requestId, puts }),
      })
      return
    }
    if (passOn(leaseId, message, events)) return
    end = 'told'
    if (message.type === 'stopped') stale = message.stale
    child.kill('SIGKILL')
  })
  const gone = new Promise<void>((resolve) => {
    let over = false
    const ended = (what: string): void => {
      if (over) return
      over = true
      clearTimeout(grace)
      resolve()
      if (end === 'closed') return
      if (end === 'running') fail(`the process of the training ended: ${what}`)
      events.onEnded(leaseId, { stale })
    }
    child.on('exit', (code, signal) => ended(signal ?? `exit code ${code}`))
    child.on('error', (error) => ended(error.message))
  })
  tell({ type: 'run', run })

  return {
    leaseId,
    pause() {
      tell({ type: 'pause' })
      grace ??= setTimeout(kill, pauseTimeoutMs ?? PAUSE_TIMEOUT_MS)
    },
    kill,
    async close() {
      end = 'closed'
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** False for a message that is the last one. */
function passOn(
  leaseId: string,
  message: Exclude<FromTraining, { type: 'sign' }>,
  events: TrainingEvents,
): boolean {
  switch (message.type) {
    case 'device':
      events.onDevice(leaseId, message.device)
      return true
    case 'progress':
      events.onProgress(leaseId, message.progress)
      return true
    case 'checkpoint':
      events.onCheckpoint(leaseId, message.checkpoint)
      return true
    case 'preview':
      events.onPreview(leaseId, message.preview)
      return true
    case 'done':
      events.onMade(leaseId, {
        ...message.file,
        chunk: CHUNK,
        rows: 1,
        durationMs: message.durationMs,
        tally: NO_TALLY,
      })
      return false
    case 'failed':
      events.onFailed(leaseId, { chunk: CHUNK, code: message.code, message: message.message })
      return false
    case 'stopped':
      return false
  }
}
