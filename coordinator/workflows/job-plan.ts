// What a workflow knows of its job: small and fixed by the plan activity. Leases are numbered across tables.

export type PlannedTable = {
  name: string
  rows: number
  chunks: number
  chunkRows: number
  done: boolean
}

export type JobPlan = {
  jobId: string
  tenant: string
  name: string
  format: string
  regions: string[]
  priorityKey: number
  totalRows: number
  /** Chunks of one lease; the last lease of a table may have fewer. */
  leaseChunks: number
  tables: PlannedTable[]
  /** Names of the IPFS publishers that must accept the output. */
  publishers: string[]
  arweave: boolean
  /** Its rows are to be written into a database; absent: they are not. */
  load?: true
  /** How often and how long leases are tried, where an operator has set it. */
  lease?: LeasePolicy
}

/** After `retries` the last delay stays that of the third try at most. */
export type LeasePolicy = { timeoutMs: number; retries: number; delayMs: number; backoff: number }

export type LeaseRange = { tableNo: number; from: number; to: number }

/** Leases of the tables that are not done, in table order; the numbering is the plan's alone. */
export function leasesOf(plan: JobPlan): LeaseRange[] {
  const leases: LeaseRange[] = []
  plan.tables.forEach(({ chunks, done }, tableNo) => {
    if (done) return
    for (let from = 0; from < chunks; from += plan.leaseChunks)
      leases.push({ tableNo, from, to: Math.min(from + plan.leaseChunks, chunks) })
  })
  return leases
}

/** For the Temporal UI: `orders rows 120000-169999`. */
export function summaryOf(plan: JobPlan, { tableNo, from, to }: LeaseRange): string {
  const table = plan.tables[tableNo]
  if (!table) return `table ${tableNo}`
  const first = from * table.chunkRows
  const last = Math.min(to * table.chunkRows, table.rows) - 1
  return last < first ? `${table.name} header` : `${table.name} rows ${first}-${last}`
}

type Sizing = {
  chunksByTable: readonly number[]
  chunkRows: number
  slots: number
  rowsPerSecond: number
  limits: {
    leaseSeconds: number
    leaseSecondsMin: number
    leasesPerSlot: number
    leasesPerSlotMin: number
    leasesMax: number
  }
}

/**
 * Chunks of one lease: `leaseSeconds` of a slot's work; less when a slot would have fewer than `leasesPerSlot`, so that
 * slots end together, but for leases shorter than `leaseSecondsMin`, where their own cost is what counts; at least one,
 * and never so few that the job has more leases than allowed.
 */
export function leaseChunksOf({
  chunksByTable,
  chunkRows,
  slots,
  rowsPerSecond,
  limits,
}: Sizing): number {
  const chunks = chunksByTable.reduce((sum, n) => sum + n, 0)
  const chunksIn = (seconds: number) => Math.floor((rowsPerSecond * seconds) / chunkRows)
  const share = (perSlot: number) => Math.floor(chunks / (perSlot * Math.max(1, slots)))
  const even = Math.max(
    share(limits.leasesPerSlot),
    Math.min(share(limits.leasesPerSlotMin), chunksIn(limits.leaseSecondsMin)),
  )
  const wanted = Math.max(1, Math.min(even, chunksIn(limits.leaseSeconds)))
  const spare = Math.max(1, limits.leasesMax - chunksByTable.length)
  return Math.max(wanted, Math.ceil(chunks / spare))
}
