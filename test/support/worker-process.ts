// A real worker process for tests, and the work it is given.

import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { canonicalJson } from '#engine/config/canonical.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { partOf } from '#engine/dag/part.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'

const MAIN = fileURLToPath(new URL('../../worker/main.ts', import.meta.url))

export type WorkerProcess = {
  child: ChildProcess
  dir: string
  /** Exit code, or the signal's name. */
  exit: Promise<number | string>
  /** What it logged so far, one JSON object per line. */
  log: () => string
}

/** Starts a worker in a folder of its own (or that of `dir`); it is killed with the test. */
export async function startWorker(
  t: TestContext,
  env: Record<string, string>,
  { dir }: { dir?: string } = {},
): Promise<WorkerProcess> {
  const folder = dir ?? (await mkdtemp(join(tmpdir(), 'syndata-worker-')))
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], SYNDATA_WORKER_DIR: folder, SYNDATA_THREADS: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString()
  })
  const exit = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  t.after(async () => {
    child.kill('SIGKILL')
    await exit
    if (!dir) await rm(folder, { recursive: true, force: true })
  })
  return { child, dir: folder, exit, log: () => text }
}

/** Rows of about 60 bytes in chunks of `chunkRows`. */
export function peopleSpec({ rows, chunkRows }: { rows: number; chunkRows: number }) {
  const config = {
    version: 1,
    seed: 42,
    tables: [
      {
        name: 'people',
        rows,
        columns: [
          { name: 'id', type: 'int', constraints: ['PK'], rule: 'sequence' },
          { name: 'token', type: 'uuid', rule: 'uuid' },
          { name: 'name', type: 'str', rule: 'full_name' },
        ],
      },
    ],
  }
  const { config: parsed, problems } = parseConfig(config)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const { resolved } = resolveConfig(parsed, { now: 1_700_000_000 })
  const small = { ...resolved, chunk_rows: chunkRows }
  const plan = planConfig(small)
  const body = Buffer.from(canonicalJson({ config: small, plan }))
  const digest = createHash('sha256').update(body).digest('hex')
  const table = compile(small, plan).tables[0]
  if (!table) throw new Error('the config of the test has no table')
  const bytesOf = (chunk: number): Buffer => {
    const out = new Output(2 ** 30)
    writeChunk(table, chunk, out)
    return Buffer.from(out.bytes())
  }
  const partsOf = (chunk: number) => partOf(bytesOf(chunk))
  return { digest, body, chunks: table.chunks, bytesOf, partsOf }
}
