// One training from its inputs to its stored file: checkpoints are stored every few seconds of work on the way.

import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { partOf } from '#engine/dag/part.ts'
import { AppError, codeOf, type ErrorCode } from '#engine/errors.ts'
import { decodeModelFile } from '#engine/models/model-file.ts'
import { type TrainingSpec, trainDataset } from '#engine/models/train-dataset.ts'
import type { SessionOptions } from '#engine/tensor/session.ts'
import type { UploadPart } from '../upload.ts'
import type { FromTraining, StoredFile, TrainingDevice, TrainingRun } from './messages.ts'
import { createProgressReports } from './progress-reports.ts'
import { withGpu } from './with-gpu.ts'

/** Work is this many times as long as what its checkpoint takes. */
const CHECKPOINT_SHARE = 20
const MESSAGE_LENGTH_MAX = 500

type Deps = {
  upload: UploadPart
  tell: (message: FromTraining) => void
  /** Aborted: a checkpoint, then the end. */
  pause: AbortSignal
}

/** Never rejects: what fails is told. */
export async function runTraining(run: TrainingRun, deps: Deps): Promise<void> {
  const { tell, pause } = deps
  const beganMs = performance.now()
  try {
    const file = await train(run, deps)
    const durationMs = Math.max(1, Math.round(performance.now() - beganMs))
    tell({ type: 'done', file: await store(run, deps.upload, file), durationMs })
  } catch (error) {
    const stale = codeOf(error) === 'upload_refused'
    if (stale || (pause.aborted && codeOf(error) === 'cancelled')) tell({ type: 'stopped', stale })
    else tell({ type: 'failed', ...failureOf(error) })
  }
}

async function train(run: TrainingRun, deps: Deps): Promise<Uint8Array> {
  const { tell, pause, upload } = deps
  const { training } = JSON.parse(Buffer.from(run.spec).toString()) as { training: TrainingSpec }
  const [data] = run.inputs
  if (!data) throw new AppError('invalid_request', 'the training has no data')
  const stop = new AbortController()
  const clock = createCheckpointClock(run.checkpointEveryMs)
  const beganMs = performance.now() - run.resume.elapsedMs
  let { number } = run.resume
  const resume = await checkpointOf(run)
  const source = await openAsBlob(data.path).then(sourceOf)
  const learn = async (session: SessionOptions): Promise<Uint8Array> => {
    const reports = createProgressReports((progress) => tell({ type: 'progress', progress }))
    const file = await trainDataset(source, training, {
      ...{ signal: stop.signal, elapsedMs: run.resume.elapsedMs, session },
      ...(resume && { resume }),
      onSteps: (done) => reports.onSteps(done),
      onEpoch: (done) => reports.onEpoch(done),
      onCandidate: (done) => reports.onCandidate(done),
      checkpointDue: () => pause.aborted || clock.isDue(),
      async onCheckpoint(bytes) {
        if (!pause.aborted && !clock.isDue()) return
        const elapsedMs = Math.round(performance.now() - beganMs)
        const stored = await clock.measure(() => store(run, upload, bytes))
        tell({ type: 'checkpoint', checkpoint: { ...stored, number: ++number, elapsedMs } })
        if (pause.aborted) stop.abort()
      },
      async onPreview(bytes) {
        const { algorithm } = decodeModelFile(bytes)
        tell({ type: 'preview', preview: { ...(await store(run, upload, bytes)), algorithm } })
      },
    })
    reports.end(decodeModelFile(file).algorithm)
    return file
  }
  const onDevice = (device: TrainingDevice): void => tell({ type: 'device', device })
  return withGpu(run.gpu, learn, { onDevice })
}

/** Random access without the file in memory. */
const sourceOf = (blob: Blob) => ({
  byteLength: blob.size,
  slice: (start: number, end?: number) => blob.slice(start, end).arrayBuffer(),
})

/** Null: from the beginning. */
async function checkpointOf({ inputs, resume }: TrainingRun): Promise<Uint8Array | null> {
  if (resume.sha256 === '') return null
  const file = inputs.find(({ sha256 }) => sha256 === resume.sha256)
  if (!file) throw new AppError('invalid_request', 'the checkpoint is not among the inputs')
  return await readFile(file.path)
}

/** As a part under the lease's token. */
async function store(
  { leaseId, upload: target }: TrainingRun,
  upload: UploadPart,
  content: Uint8Array,
): Promise<StoredFile> {
  const part = partOf(content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const signal = new AbortController().signal
  await upload({ leaseId, target, part, content }, { signal })
  return { ...part.link, sha256 }
}

/** When the next checkpoint is due: storing them takes a small share of the time. */
function createCheckpointClock(everyMs: number) {
  let dueMs = performance.now() + everyMs
  return {
    isDue: () => performance.now() >= dueMs,
    async measure<T>(work: () => Promise<T>): Promise<T> {
      const beganMs = performance.now()
      const result = await work()
      const nowMs = performance.now()
      dueMs = nowMs + Math.max(everyMs, CHECKPOINT_SHARE * (nowMs - beganMs))
      return result
    },
  }
}

function failureOf(error: unknown): { code: ErrorCode; message: string } {
  const code: ErrorCode = error instanceof AppError ? error.code : 'generation_failed'
  const message = error instanceof Error ? error.message : String(error)
  return { code, message: message.slice(0, MESSAGE_LENGTH_MAX) }
}
