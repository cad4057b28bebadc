import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { chunkPieces, writeChunk } from '#engine/chunk.ts'
import { type CompileOptions, compile } from '#engine/compile.ts'
import type { OutputFormat, ResolvedConfig, ResolvedOutput } from '#engine/config/types.ts'
import { planConfig } from '#engine/plan.ts'
import { fileOf } from '#engine/testing/bytes.ts'
import { shopConfig } from '#engine/testing/shop.ts'
import { Output } from './output.ts'

const SQL = { dialect: 'postgresql', mode: 'copy', rows_per_insert: 100 } as const
const FORMATS: readonly OutputFormat[] = ['csv', 'json', 'jsonl', 'sql']
const COMPRESSIONS = ['gzip', 'zstd'] as const
const BLOCK_ROWS = 150

function configOf(output: ResolvedOutput, chunkRows: number): ResolvedConfig {
  const options = output.format === 'sql' ? { sql: SQL } : {}
  return { ...shopConfig({ chunkRows }), output: { ...output, ...options } }
}

function bytesOf(config: ResolvedConfig, name: string, options?: CompileOptions): Buffer {
  const compiled = compile(config, planConfig(config), options).table(name)
  const out = new Output(2 ** 26)
  for (let chunk = 0; chunk < compiled.chunks; chunk++) writeChunk(compiled, chunk, out)
  return Buffer.from(out.bytes())
}

/** The offsets at which a zstd frame begins. */
function framesOf(bytes: Buffer): Buffer[] {
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
  const starts: number[] = []
  for (let at = bytes.indexOf(magic); at !== -1; at = bytes.indexOf(magic, at + 4)) starts.push(at)
  return starts.map((start, i) => bytes.subarray(start, starts[i + 1]))
}

function plainOf(bytes: Buffer, compression: 'gzip' | 'zstd'): string {
  if (compression === 'gzip') return gunzipSync(bytes).toString()
  return Buffer.concat(framesOf(bytes).map((frame) => zstdDecompressSync(frame))).toString()
}

test('inside is the plain file, and the bytes depend on the rows of a block alone', () => {
  for (const compression of COMPRESSIONS) {
    for (const format of FORMATS) {
      const plain = fileOf(configOf({ format }, 1000), 'customers')
      const output = { format, compression, block_rows: BLOCK_ROWS }
      const whole = bytesOf(configOf(output, 4 * BLOCK_ROWS), 'customers')
      assert.equal(plainOf(whole, compression), plain)
      for (const blocks of [1, 2, 5]) {
        const config = configOf(output, blocks * BLOCK_ROWS)
        const options = { batchRows: 64, writer: 'closures', random: 'plain' } as const
        assert.ok(whole.equals(bytesOf(config, 'customers', options)))
      }
    }
  }
})

test('pieces are whole blocks, whatever was asked for', () => {
  const output = { format: 'csv', compression: 'zstd', block_rows: BLOCK_ROWS } as const
  const config = configOf(output, 4 * BLOCK_ROWS)
  const compiled = compile(config, planConfig(config)).table('customers')
  for (const [pieceRows, expected] of [
    [1, 4],
    [200, 2],
    [10_000, 1],
  ] as const) {
    const pieces: Buffer[] = []
    for (const piece of chunkPieces(compiled, 0, pieceRows)) pieces.push(Buffer.from(piece))
    assert.equal(pieces.length, expected)
    const out = new Output(2 ** 24)
    writeChunk(compiled, 0, out)
    assert.ok(Buffer.concat(pieces).equals(out.bytes()))
  }
  assert.throws(() => compiled.write(1, 2, new Output(1e6)), { code: 'invalid_request' })
})

test('a table without rows is one block with what opens and closes the file', () => {
  for (const compression of COMPRESSIONS) {
    const config = configOf({ format: 'json', compression, block_rows: BLOCK_ROWS }, BLOCK_ROWS)
    const [customers] = config.tables
    assert.ok(customers)
    const empty = { ...config, tables: [{ ...customers, rows: 0 }] }
    assert.equal(plainOf(bytesOf(empty, 'customers'), compression), '[\n\n]')
  }
})

test('programs that others wrote read files of several blocks', (t) => {
  for (const [compression, program] of [
    ['gzip', 'gzip'],
    ['zstd', 'zstd'],
  ] as const) {
    if (spawnSync(program, ['--version']).status !== 0) {
      t.diagnostic(`${program} is not installed`)
      continue
    }
    const output = { format: 'csv', compression, block_rows: BLOCK_ROWS } as const
    const input = bytesOf(configOf(output, BLOCK_ROWS), 'orders')
    const { stdout, status } = spawnSync(program, ['-d', '-c'], { input })
    assert.equal(status, 0)
    assert.equal(stdout.toString(), fileOf(configOf({ format: 'csv' }, 1000), 'orders'))
  }
})
