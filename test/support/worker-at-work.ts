// A worker process with the scripted coordinator and the recording part store that it works for.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type RecordingSink, recordingSink } from './recording-sink.ts'
import { type Connection, scriptedFleet } from './scripted-fleet.ts'
import { peopleSpec, startWorker } from './worker-process.ts'

/** Ten chunks of about 55 kB. */
export const PEOPLE = peopleSpec({ rows: 10_000, chunkRows: 1_000 })
/** Every chunk of PEOPLE. */
export const ALL = Array.from({ length: PEOPLE.chunks }, (_, chunk) => chunk)

/** A new worker that is enrolling; `env` adds to its environment. */
export async function setUp(t: TestContext, env: Record<string, string> = {}) {
  const fleet = await scriptedFleet(t)
  const sink = await recordingSink(t)
  const worker = await startWorker(t, { SYNDATA_TOKEN: fleet.token(), ...env })
  return { fleet, sink, worker }
}

type Assignment = { leaseId?: string; chunks?: number[]; spec?: typeof PEOPLE; memory?: bigint }

export function sendSpec(connection: Connection, spec = PEOPLE): void {
  connection.send({ case: 'spec', value: { digest: spec.digest, body: spec.body } })
}

/** All chunks of PEOPLE as lease l1, unless told otherwise; an empty `baseUrl` asks for presigned uploads. */
export function assign(connection: Connection, baseUrl: string, options: Assignment = {}): void {
  const { leaseId = 'l1', chunks = ALL, spec = PEOPLE, memory = 0n } = options
  connection.send({
    case: 'assign',
    value: {
      leaseId,
      jobId: 'j1',
      specDigest: spec.digest,
      table: 0,
      chunks,
      upload: { baseUrl, token: 'secret' },
      memoryLimitBytes: memory,
    },
  })
}

/** Results of `count` chunks, acknowledged. */
export async function results(connection: Connection, count: number) {
  const done = await Promise.all(Array.from({ length: count }, () => connection.next('chunkDone')))
  connection.send({ case: 'ack', value: { resultIds: done.map(({ resultId }) => resultId) } })
  return done
}

export function assertStored(sink: RecordingSink, spec: typeof PEOPLE, chunks: number[]): void {
  for (const chunk of chunks) {
    const { link } = spec.partsOf(chunk)
    assert.ok(sink.parts.get(link.cid)?.equals(spec.bytesOf(chunk)), `chunk ${chunk}`)
  }
}
