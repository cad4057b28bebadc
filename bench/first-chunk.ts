// What a schema costs before its first rows are there: compiling fifty mixed columns and writing 10,000 rows of them as
// CSV, in processes that never saw them.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { measured, type Row } from './row.ts'
import { median } from './support/statistics.ts'

const RUNS = 5
const PROCESSES = { fresh: 'a fresh process', warm: 'a process that is warm as a worker is' }

type Cost = { cpuMs: number; wallMs: number }

const script = fileURLToPath(new URL('support/first-chunk.ts', import.meta.url))

async function costs(kind: keyof typeof PROCESSES): Promise<Cost[]> {
  const all: Cost[] = []
  for (let run = 0; run < RUNS; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, [script, kind])
    all.push(JSON.parse(stdout) as Cost)
  }
  return all
}

/** Milliseconds of processor and of the clock, each the median of five processes, their start not included. */
export async function firstChunkRows(): Promise<Row[]> {
  const row = measured('engine')
  const rows: Row[] = []
  for (const kind of ['fresh', 'warm'] as const) {
    const all = await costs(kind)
    const subject = `first chunk of fifty columns in ${PROCESSES[kind]}`
    rows.push(row(`${subject}, CPU`, median(all.map(({ cpuMs }) => cpuMs)), 'ms'))
    rows.push(row(`${subject}, clock`, median(all.map(({ wallMs }) => wallMs)), 'ms'))
  }
  return rows
}
