// Files of the engine's own tests: whole tables as bytes, and a CSV reader that shares no code with the writer.

import { writeChunk } from '#engine/chunk.ts'
import { type CompileOptions, compile } from '#engine/compile.ts'
import type { ResolvedConfig, Scalar } from '#engine/config/types.ts'
import { footerOfParts } from '#engine/footer.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'

/** The whole file of a table, all chunks in order. */
export function fileOf(config: ResolvedConfig, table: string, options?: CompileOptions): string {
  const compiled = compile(config, planConfig(config), options).table(table)
  const out = new Output(2 ** 30)
  for (let chunk = 0; chunk < compiled.chunks; chunk++) writeChunk(compiled, chunk, out)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(out.bytes())
}

/** The bytes of the whole file of a table, its footer included. */
export async function bytesOfFile(
  config: ResolvedConfig,
  table: string,
  options?: CompileOptions,
): Promise<Uint8Array> {
  const compiled = compile(config, planConfig(config), options).table(table)
  const parts = Array.from({ length: compiled.chunks }, (_, chunk) => {
    const out = new Output(2 ** 30)
    writeChunk(compiled, chunk, out)
    return out.bytes()
  })
  const ends = parts.map((part) => ({
    bytes: part.length,
    read: (from: number, to: number) => Promise.resolve(part.slice(from, to)),
  }))
  const footer = await footerOfParts(compiled, ends)
  return Buffer.concat(footer ? [...parts, footer] : parts)
}

/** The values of one column in all rows, or in those from .. to. */
export function valuesOf(
  config: ResolvedConfig,
  table: string,
  column: string,
  from = 0,
  to?: number,
): Scalar[] {
  const compiled = compile(config, planConfig(config)).table(table)
  const index = compiled.columns.findIndex(({ name }) => name === column)
  return compiled.values(from, to ?? compiled.rows).map((row) => row[index] as Scalar)
}

/** Rows of a CSV text; null for a field that is empty and not quoted. */
export function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = []
  let row: (string | null)[] = []
  let at = 0
  while (at < text.length) {
    let field: string | null = null
    if (text[at] === '"') {
      field = ''
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++
        field += text[at]
      }
      at++
    } else {
      let end = at
      while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++
      field = end === at ? null : text.slice(at, end)
      at = end
    }
    row.push(field)
    if (text[at] === '\n') {
      rows.push(row)
      row = []
    }
    at++
    if (text[at - 1] === ',' && at === text.length) row.push(null)
  }
  return rows
}
