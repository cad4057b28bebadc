// What an honest worker does with a chunk, for scripted ones that lie about one thing at a time.

import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { type Link, partOf } from '#engine/dag/part.ts'
import { Output } from '#engine/formats/output.ts'
import type { Plan } from '#engine/plan.ts'
import type { Assign } from '#proto/gen/syndata/v1/fleet_pb.ts'

export type Chunk = { chunk: number; rows: number; bytes: Uint8Array; link: Link }

/** Makes one chunk of the assignment's table from the spec that came with it. */
export function makeChunk(specBody: Uint8Array, { table }: Assign, chunk: number): Chunk {
  const text = Buffer.from(specBody).toString()
  const { config, plan } = JSON.parse(text) as { config: ResolvedConfig; plan: Plan }
  const compiled = compile(config, plan).tables[table]
  const planned = plan.tables[table]
  if (!compiled || !planned) throw new Error(`the spec has no table ${table}`)
  const output = new Output(2 ** 30)
  writeChunk(compiled, chunk, output)
  const bytes = Uint8Array.from(output.bytes())
  const rows = Math.min(planned.chunk_rows, planned.rows - chunk * planned.chunk_rows)
  return { chunk, rows, bytes, link: partOf(bytes).link }
}

/** Puts bytes under a CID with a token; the part store's status and the code of its refusal. */
export async function putPart(
  { baseUrl, token }: { baseUrl: string; token: string },
  { cid, bytes }: { cid: string; bytes: Uint8Array },
): Promise<{ status: number; code: string | null }> {
  const url = `${baseUrl}/parts/${cid}?token=${token}`
  const response = await fetch(url, { method: 'PUT', body: Buffer.from(bytes) })
  const { code = null } = (await response.json()) as { code?: string }
  return { status: response.status, code }
}

/** ChunkDone as an honest worker says it. */
export function doneOf({ leaseId, jobId, table }: Assign, { chunk, rows, link }: Chunk) {
  const sizes = { bytes: BigInt(link.bytes), dagBytes: BigInt(link.dagBytes) }
  return { leaseId, jobId, table, chunk, cid: link.cid, rows, durationMs: 1, ...sizes }
}
