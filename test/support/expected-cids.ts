// The CIDs that a job must end with, computed in this process by the engine alone: no cluster, no failure.

import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { concatLinks } from '#engine/dag/concat.ts'
import { partOf } from '#engine/dag/part.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'

type Request = { rows?: number; chunk_rows?: number }

const known = new Map<string, [string, string][]>()

/** Table and CID in table order, as CSV. The config must pin its seed. */
export function expectedCids(source: object, request: Request = {}): [string, string][] {
  const { rows, chunk_rows } = request
  const key = JSON.stringify([source, rows, chunk_rows])
  const cids = known.get(key) ?? computeCids(source, request)
  known.set(key, cids)
  return cids
}

function computeCids(source: object, request: Request): [string, string][] {
  const { config, problems } = parseConfig(source)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  const { resolved } = resolveConfig(config, {
    now: 0,
    format: 'csv',
    ...(request.rows === undefined ? {} : { rows: request.rows }),
    ...(request.chunk_rows === undefined ? {} : { chunkRows: request.chunk_rows }),
  })
  const dataset = compile(resolved, planConfig(resolved))
  const output = new Output(2 ** 30)
  return dataset.tables.map((table) => {
    const links = Array.from({ length: table.chunks }, (_, chunk) => {
      output.reset()
      writeChunk(table, chunk, output)
      return partOf(output.bytes()).link
    })
    return [table.name, concatLinks(links, () => undefined).cid]
  })
}
