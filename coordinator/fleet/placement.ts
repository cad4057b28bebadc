// Which worker takes a lease: a pure ranking, and when none fits, the reason for each.

export type Trust = 'trusted' | 'community'

export type WorkerView = {
  id: string
  region: string
  trust: Trust
  engineVersion: string
  gpus: number
  /** What its rows of models are equal to those of others by. */
  runtimeClass: string
  slots: number
  busy: number
  /** Those of its busy slots that train models. */
  trainings: number
  draining: boolean
  suspect: boolean
  rowsPerSecond: number | null
}

export type Need = {
  /** Empty: any region. */
  regions: readonly string[]
  engineVersion: string
  gpu: boolean
  trustedOnly: boolean
  /** Hours of work in one slot: best on a GPU, and never all slots of a worker that has several. */
  training: boolean
  /** Workers that must not have it: they hold it already. */
  except: ReadonlySet<string>
  /** Workers that get it only when no other can: they failed on it before. */
  avoid?: ReadonlySet<string>
  /** Rows of a model, of which others were made in this class: only where nobody of it is free another makes them. */
  runtimeClass?: string | null
  /** Then nobody of another class makes them at all. */
  strictClass?: boolean
}

export type Placement = { workerId: string } | { reason: string }

/** A worker that did not fail on it, of the class that began, the most idle, then the fastest; or why there is none. */
export function place(need: Need, workers: readonly WorkerView[]): Placement {
  let best: WorkerView | undefined
  for (const worker of workers) {
    if (refusal(need, worker) !== null) continue
    if (!best || rank(need, worker, best) < 0) best = worker
  }
  return best ? { workerId: best.id } : { reason: explain(need, workers) }
}

/** Why this worker cannot take it now; null when it can. */
export function refusal(need: Need, worker: WorkerView): string | null {
  const never = mismatch(need, worker)
  if (never) return never
  if (need.except.has(worker.id)) return 'has it already'
  if (worker.suspect) return 'is silent'
  if (worker.draining) return 'is draining'
  if (worker.busy >= worker.slots) return 'has no free slot'
  if (roomOn(worker, need.training) <= 0) return 'trains as many models as it may'
  return null
}

/** Slots of the worker that are free for rows, or for trainings, which leave one slot to rows where there are several. */
export function roomOn({ slots, busy, trainings }: WorkerView, training: boolean): number {
  const free = slots - busy
  return training ? Math.min(free, Math.max(1, slots - 1) - trainings) : free
}

/** Why this worker can never take it; null when waiting helps. */
export function mismatch(need: Need, worker: WorkerView): string | null {
  if (need.regions.length > 0 && !need.regions.includes(worker.region))
    return `is in ${worker.region}, not in ${need.regions.join(' or ')}`
  if (worker.engineVersion !== need.engineVersion)
    return `runs engine ${worker.engineVersion}, the job needs ${need.engineVersion}`
  if (need.gpu && worker.gpus === 0) return 'has no GPU'
  const { strictClass = false, runtimeClass } = need
  if (strictClass && runtimeClass && worker.runtimeClass !== runtimeClass)
    return `has the runtime class ${worker.runtimeClass}, the job's rows keep to ${runtimeClass}`
  if (need.trustedOnly && worker.trust !== 'trusted') return 'is not trusted with private data'
  return null
}

const NOBODY: ReadonlySet<string> = new Set()

const rank = (
  { avoid = NOBODY, training, runtimeClass }: Need,
  a: WorkerView,
  b: WorkerView,
): number =>
  Number(avoid.has(a.id)) - Number(avoid.has(b.id)) ||
  (training ? Number(b.gpus > 0) - Number(a.gpus > 0) : 0) ||
  (runtimeClass
    ? Number(b.runtimeClass === runtimeClass) - Number(a.runtimeClass === runtimeClass)
    : 0) ||
  a.busy / a.slots - b.busy / b.slots ||
  (b.rowsPerSecond ?? 0) - (a.rowsPerSecond ?? 0)

/** One sentence for people: the reasons by how many workers they hold for. */
export function explain(need: Need, workers: readonly WorkerView[]): string {
  if (workers.length === 0) return 'No worker is connected.'
  const counts = new Map<string, number>()
  for (const worker of workers) {
    const reason = refusal(need, worker) ?? 'fits'
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  const reasons = [...counts].sort(([, a], [, b]) => b - a)
  return `No worker fits: ${reasons.map(([reason, n]) => `${n} ${reason}`).join('; ')}.`
}
