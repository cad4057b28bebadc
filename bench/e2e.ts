// From POST to CID: the bench table as CSV on a warm stack, beside bare processes with the same engine and, where
// Python has them, Ray and Dask with polars. Says what a row costs in CPU time, by process.

import { type Bare, startBare } from './peers/bare.ts'
import { type PythonPeer, timePython } from './peers/python.ts'
import type { Row } from './row.ts'
import { besides, measured } from './row.ts'
import { type BenchStack, withStack } from './support/bench-stack.ts'
import { requireDisk } from './support/disk.ts'
import { nextSeed, request, type Timed, timeJob } from './support/jobs.ts'
import { cpuBetween, cpuByRole } from './support/processes.ts'
import { say } from './support/say.ts'
import { runs, settings } from './support/settings.ts'
import { median, spread } from './support/statistics.ts'
import { type Moment, startTracer } from './support/timeline.ts'

const row = measured('e2e')
const SMALL_ROWS = 1_000_000
const WARM_UPS = 3
const TRACED = 5
const BYTES_PER_ROW = 145
const FLEETS = [4, 2]

type Size = { rows: number; times: number }
type OurRun = Timed & { cpu: Map<string, number> }
type Runs = { size: Size; ours: OurRun[]; bare: { ms: number; cpuMs: number }[] }

export async function e2eBench(): Promise<Row[]> {
  const sizes = [
    { rows: SMALL_ROWS, times: runs(7) },
    { rows: settings.e2eRows, times: runs(3) },
  ]
  requireDisk(bytesOf(sizes))
  const python = await pythonRuns(sizes)
  const rows: Row[] = []
  for (const workers of FLEETS) {
    const label = workers === 4 ? '4 workers, the default' : `${workers} workers`
    rows.push(...(await withStack({ workers }, (running) => fleet(running, { sizes, label }))))
  }
  return [...rows.map((one) => withPython(one, python)), ...pythonRows(python)]
}

/** What the stacks of both fleets leave behind, with room for the peers. */
function bytesOf(sizes: Size[]): number {
  const rows = sizes.reduce((sum, { rows: n, times }) => sum + n * times, 0)
  return (
    (FLEETS.length * (rows + (WARM_UPS + TRACED) * SMALL_ROWS) + 2 * settings.e2eRows) *
    BYTES_PER_ROW
  )
}

async function fleet(
  running: BenchStack,
  { sizes, label }: { sizes: Size[]; label: string },
): Promise<Row[]> {
  const bare = startBare()
  try {
    for (let i = 0; i < WARM_UPS; i++) {
      await ourRun(running, SMALL_ROWS)
      await bare.run({ rows: SMALL_ROWS, seed: nextSeed() })
    }
    const measuredRuns: Runs[] = []
    for (const size of sizes) measuredRuns.push(await alternate(running, bare, { size, label }))
    return [
      ...measuredRuns.flatMap((all) => figures(all, label)),
      ...(await timeline(running, label)),
    ]
  } finally {
    bare.close()
  }
}

/** Ours and theirs take turns, so that what else goes on on the machine hits both. */
async function alternate(
  running: BenchStack,
  bare: Bare,
  { size, label }: { size: Size; label: string },
): Promise<Runs> {
  const all: Runs = { size, ours: [], bare: [] }
  for (let i = 0; i < size.times; i++) {
    const ours = await ourRun(running, size.rows)
    const theirs = await bare.run({ rows: size.rows, seed: nextSeed() })
    all.ours.push(ours)
    all.bare.push(theirs)
    say(
      `${label}, ${size.rows} rows: CID after ${ours.cidMs.toFixed(0)} ms, completed after ${ours.completedMs.toFixed(0)} ms; bare ${theirs.ms.toFixed(0)} ms`,
    )
  }
  return all
}

async function ourRun(running: BenchStack, rows: number): Promise<OurRun> {
  const before = cpuByRole(running.stack.processes)
  const timed = await timeJob(running.api, request('ten', { rows, seed: nextSeed() }))
  const cpu = cpuBetween(before, cpuByRole(running.stack.processes))
  return { ...timed, cpu }
}

function figures({ size, ours, bare }: Runs, label: string): Row[] {
  const { rows } = size
  const subject = `${rows.toLocaleString('en-US')} rows, ${label}`
  const cid = ours.map(({ cidMs }) => cidMs)
  const rate = (ms: number) => (rows / ms) * 1000
  const bareMs = median(bare.map(({ ms }) => ms))
  say(`${subject}: ${spread(cid)} ms, bare ${spread(bare.map(({ ms }) => ms))} ms`)
  const nsPerRow = (role: string) =>
    (median(ours.map(({ cpu }) => cpu.get(role) ?? 0)) * 1e6) / rows
  const roles = [...(ours[0]?.cpu.keys() ?? [])].filter((role) => role !== 'arweave')
  const total = roles.reduce((sum, role) => sum + nsPerRow(role), 0)
  return [
    row(`POST to CID, ${subject}`, median(cid), 'ms'),
    besides(
      row(`POST to CID, ${subject}`, rate(median(cid)), 'rows/s'),
      'two bare processes',
      rate(bareMs),
    ),
    row(`POST to completed, ${subject}`, median(ours.map((one) => one.completedMs)), 'ms'),
    besides(
      row(`CPU until completed, ${subject}, all processes`, total, 'ns/row'),
      'two bare processes',
      (median(bare.map(({ cpuMs }) => cpuMs)) * 1e6) / rows,
    ),
    ...roles.map((role) =>
      row(`CPU until completed, ${subject}, ${role}`, nsPerRow(role), 'ns/row'),
    ),
  ]
}

/** Medians of when each step of a small job happened. */
async function timeline(running: BenchStack, label: string): Promise<Row[]> {
  const tracer = await startTracer(running.stack)
  const steps = new Map<string, number[]>()
  try {
    for (let i = 0; i < runs(TRACED); i++) {
      const startedAt = Date.now()
      const { job, cidMs, completedMs } = await timeJob(
        running.api,
        request('ten', { rows: SMALL_ROWS, seed: nextSeed() }),
      )
      const moments: Moment[] = [
        ...(await tracer.moments(job.job_id, startedAt)),
        { what: 'CID seen by the client', atMs: cidMs },
        { what: 'completed seen by the client', atMs: completedMs },
      ]
      for (const { what, atMs } of moments) steps.set(what, [...(steps.get(what) ?? []), atMs])
    }
  } finally {
    await tracer.close()
  }
  return [...steps]
    .map(([what, atMs]) => row(`step of 1,000,000 rows, ${label}: ${what}`, median(atMs), 'ms'))
    .sort((a, b) => a.value - b.value)
}

type Python = { peer: PythonPeer; rows: number; ms: number }

/** Before any stack runs, so that they have the machine to themselves. */
async function pythonRuns(sizes: Size[]): Promise<Python[]> {
  const found: Python[] = []
  for (const peer of ['ray', 'dask'] as const)
    for (const { rows, times } of sizes) {
      const all = await timePython(peer, { rows, times })
      if (all === null) break
      say(`${peer}, ${rows} rows: ${spread(all)} ms`)
      found.push({ peer, rows, ms: median(all) })
    }
  return found
}

/** Milliseconds to the CID stand beside Ray's to the merged file. */
function withPython(one: Row, python: Python[]): Row {
  const ray = python.find(
    ({ peer, rows }) =>
      peer === 'ray' && one.subject.startsWith(`POST to CID, ${rows.toLocaleString('en-US')} rows`),
  )
  return ray && one.unit === 'ms' ? besides(one, 'Ray, merged file', ray.ms) : one
}

const pythonRows = (python: Python[]): Row[] =>
  python.map(({ peer, rows, ms }) =>
    row(`${peer}: ${rows.toLocaleString('en-US')} rows to one merged file`, ms, 'ms'),
  )
