// The bare peer: a Node process with our engine and nothing else. Makes its share of the chunks, hashes each and
// writes it to a file. Told what to do by its parent, message by message.

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { tenConfig } from '#bench/tables/ten.ts'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { partOf } from '#engine/dag/part.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'

/** Every `of`-th chunk from `from` on, into `dir`. */
export type Share = { rows: number; seed: number; from: number; of: number; dir: string }
export type Made = { bytes: number; cids: string[]; cpuMs: number }

function make({ rows, seed, from, of, dir }: Share): Made {
  const before = process.cpuUsage()
  const config = { ...tenConfig(rows, 'csv'), seed }
  const table = compile(config, planConfig(config)).tables[0]
  if (!table) throw new RangeError('the config has no table')
  mkdirSync(dir, { recursive: true })
  let bytes = 0
  const cids: string[] = []
  for (let chunk = from; chunk < table.chunks; chunk += of) {
    out.reset()
    writeChunk(table, chunk, out)
    const content = out.bytes()
    cids.push(partOf(content).link.cid)
    // The same files in each run: see support/disk.ts.
    writeWhole(path.join(dir, `${chunk}.csv`), content)
    bytes += content.length
  }
  const { user, system } = process.cpuUsage(before)
  return { bytes, cids, cpuMs: (user + system) / 1000 }
}

function writeWhole(file: string, content: Uint8Array): void {
  const handle = openSync(file, 'w')
  try {
    for (let at = 0; at < content.length; ) at += writeSync(handle, content, at)
  } finally {
    closeSync(handle)
  }
}

const out = new Output(64 << 20)
process.on('message', (share: Share) => process.send?.(make(share)))
process.on('disconnect', () => process.exit(0))
