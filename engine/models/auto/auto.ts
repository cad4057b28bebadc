// The model that fits a table best: a copula at once, as a preview, then one algorithm after another as long as there is
// time; the one whose samples are most like rows that none of them has seen is kept.

import Type, { type Static } from 'typebox'
import { AppError } from '#engine/errors.ts'
import type { Table } from '#engine/table/table.ts'
import type { EpochProgress, StepsDone } from '../fit.ts'
import { ALGORITHMS, type Algorithm, decodeModelFile, encodeModelFile } from '../model-file.ts'
import { prepare } from '../prepare.ts'
import { type TrainingHooks, type TrainOptions, trainModel } from '../train.ts'
import { trainingDigest } from '../training-digest.ts'
import { type AutoProgress, decodeAutoCheckpoint, encodeAutoCheckpoint } from './checkpoint.ts'
import { takesPlace } from './choice.ts'
import { heldOutScore } from './held-out-score.ts'
import { splitRows } from './split-rows.ts'

/** The copula is first, then what is best most often. */
const ORDER = ['gaussian_copula', 'argn', 'tvae', 'ctgan'] as const satisfies Algorithm[]
/** Of the time that is left, each algorithm's part against those after it; what one leaves is theirs. */
const TIME_SHARES: Record<Algorithm, number> = { gaussian_copula: 0, argn: 2, tvae: 1, ctgan: 1 }

export const AUTO_OPTIONS = Type.Object(
  {
    epochs: Type.Optional(
      Type.Integer({
        ...{ minimum: 1, maximum: 10_000 },
        description: 'Passes over the data of each algorithm at most',
      }),
    ),
    time_budget_seconds: Type.Optional(
      Type.Number({
        ...{ exclusiveMinimum: 0, maximum: 30 * 86_400 },
        description: 'No algorithm begins, and none goes on, after so much time; they share it',
      }),
    ),
    algorithms: Type.Optional(
      Type.Array(Type.Enum([...ALGORITHMS]), {
        ...{ minItems: 1, uniqueItems: true },
        description: 'Those to choose from, by default all; the copula is always among them',
      }),
    ),
  },
  { additionalProperties: false },
)

export type AutoOptions = Omit<TrainOptions, 'algorithm' | 'options'> & {
  options: Static<typeof AUTO_OPTIONS>
}

export type AutoHooks = Omit<TrainingHooks, 'onEpoch' | 'onSteps' | 'outOfTime'> & {
  onSteps?: (done: StepsDone & { algorithm: Algorithm }) => void
  /** A model file to be going on with; once, before anything slow. */
  onPreview?: (file: Uint8Array) => Promise<void>
  onEpoch?: (progress: EpochProgress & { algorithm: Algorithm }) => void
  /** Called with each algorithm's score, 0 to 1, the higher the better; null where it failed. Again after a resume. */
  onCandidate?: (candidate: { algorithm: Algorithm; score: number | null }) => void
  /** Milliseconds of a clock that does not go back. */
  clock?: () => number
}

/**
 * Learns the table and resolves with the best model's file, whose provenance names all candidates with their scores.
 * Without `time_budget_seconds` the same table and options give the same bytes within a runtime class; with it, how far
 * a training comes depends on the machine. An algorithm that cannot learn the table is left out. AppError as `trainModel`.
 */
export async function trainAuto(
  table: Table,
  options: AutoOptions,
  hooks: AutoHooks,
): Promise<Uint8Array> {
  const { options: given, seed, ruleFor } = options
  const training = trainingDigest(prepare(table, { seed, ruleFor }), { auto: given, seed })
  const search = createSearch(hooks, training)
  const { progress, elapsedMs } = search
  const rows = splitRows(table, seed)
  const budgetMs = 1000 * (given.time_budget_seconds ?? Number.POSITIVE_INFINITY)
  for (const done of progress.candidates) hooks.onCandidate?.(done)
  const left = chosen(given).slice(progress.candidates.length)
  for (const [at, algorithm] of left.entries()) {
    if (progress.candidates.length > 0 && elapsedMs() >= budgetMs) break
    const endMs = progress.endMs ?? endOf(left.slice(at), elapsedMs(), budgetMs)
    progress.endMs = Number.isFinite(endMs) ? endMs : null
    await tryOut(algorithm, rows, { ...search, options, hooks, endMs })
  }
  return withCandidates(progress)
}

type Search = {
  progress: AutoProgress
  /** Earlier workers' time included. */
  elapsedMs: () => number
  save: (current: Uint8Array | null) => Promise<void> | undefined
}

function createSearch(hooks: AutoHooks, training: string): Search {
  const { clock = () => performance.now() } = hooks
  const progress = startOf(hooks, training)
  const began = clock() - progress.elapsedMs
  const elapsedMs = (): number => clock() - began
  const save = (current: Uint8Array | null) =>
    hooks.onCheckpoint?.(
      encodeAutoCheckpoint({ ...progress, current, elapsedMs: elapsedMs() }, training),
    )
  return { progress, elapsedMs, save }
}

type Trial = Search & { options: AutoOptions; hooks: AutoHooks; endMs: number }

/** Trains the algorithm and scores its model, which is kept if it is the best so far; the first one is the preview. */
async function tryOut(
  algorithm: Algorithm,
  { learned, heldOut }: ReturnType<typeof splitRows>,
  { progress, elapsedMs, save, options, hooks, endMs }: Trial,
): Promise<void> {
  const { best, current: resume } = progress
  const isFirst = progress.candidates.length === 0
  progress.current = null
  const candidate = { algorithm, resume, save, outOfTime: () => elapsedMs() >= endMs }
  const file = await orNull(() => train(learned, options, hooks, candidate))
  const score = file && (await heldOutScore(file, heldOut, hooks))
  if (isFirst && file) await hooks.onPreview?.(file)
  if (file && score && (best === null || takesPlace({ algorithm, score }, best)))
    progress.best = { algorithm, file, score }
  const done = { algorithm, score: score?.score ?? null }
  progress.candidates.push(done)
  progress.endMs = null
  hooks.onCandidate?.(done)
  await save(null)
}

function chosen({ algorithms }: AutoOptions['options']): Algorithm[] {
  const [copula, ...others] = ORDER
  const wanted: readonly Algorithm[] = algorithms ?? others
  return [copula, ...others.filter((name) => wanted.includes(name))]
}

/** When the first of these that are left ends, the time being shared among them. */
function endOf(left: readonly Algorithm[], elapsedMs: number, budgetMs: number): number {
  const shares = left.map((algorithm) => TIME_SHARES[algorithm])
  const all = shares.reduce((sum, share) => sum + share, 0)
  const share = all === 0 ? 1 : (shares[0] ?? 0) / all
  return budgetMs === Number.POSITIVE_INFINITY
    ? budgetMs
    : elapsedMs + (budgetMs - elapsedMs) * share
}

function startOf({ resume }: AutoHooks, training: string): AutoProgress {
  if (resume) return decodeAutoCheckpoint(resume, training)
  return { candidates: [], best: null, current: null, elapsedMs: 0, endMs: null }
}

type Candidate = {
  algorithm: Algorithm
  resume: Uint8Array | null
  outOfTime: () => boolean
  save: (current: Uint8Array) => Promise<void> | undefined
}

async function train(
  table: Table,
  { options: { epochs }, ...options }: AutoOptions,
  hooks: AutoHooks,
  { algorithm, resume, outOfTime, save }: Candidate,
): Promise<Uint8Array> {
  const { signal, checkpointDue, onEpoch, onSteps } = hooks
  const own = algorithm === 'gaussian_copula' || epochs === undefined ? {} : { epochs }
  return await trainModel(
    table,
    { ...options, algorithm, options: own },
    {
      ...{ signal, outOfTime },
      ...(checkpointDue && { checkpointDue }),
      ...(onSteps && { onSteps: (done: StepsDone) => onSteps({ ...done, algorithm }) }),
      ...(onEpoch && { onEpoch: (progress: EpochProgress) => onEpoch({ ...progress, algorithm }) }),
      ...(hooks.onCheckpoint && { onCheckpoint: async (current) => await save(current) }),
      ...(resume && { resume }),
    },
  )
}

/** Null where the table is not for that algorithm, or its training diverged. */
async function orNull(run: () => Promise<Uint8Array>): Promise<Uint8Array | null> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request') return null
    throw error
  }
}

function withCandidates({ best, candidates }: AutoProgress): Uint8Array {
  if (best === null) throw new AppError('invalid_request', 'no algorithm can learn this table')
  const model = decodeModelFile(best.file)
  return encodeModelFile({ ...model, provenance: { ...model.provenance, candidates } })
}
