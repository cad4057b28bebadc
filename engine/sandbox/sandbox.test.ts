import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Scalar } from '#engine/config/types.ts'
import { loadSandbox, type SandboxBatch } from './sandbox.ts'

const sandbox = await loadSandbox()

const batchOf = (n: number, more: Partial<SandboxBatch> = {}): SandboxBatch => ({
  rows: Array.from({ length: n }, (_, i) => i),
  words: Uint32Array.from({ length: 4 * n }, (_, i) => i * 2654435761),
  names: [],
  columns: [],
  parameters: null,
  ...more,
})

const one = (body: string, batch = batchOf(1)): Scalar =>
  sandbox.run(`function f({row, parameters, values, random}) { ${body} }`, 'f', batch)[0] as Scalar

test('a function sees its row, its parameters and the columns it asked for', () => {
  const batch = batchOf(2, {
    names: ['a', 'b'],
    columns: [
      ['x', null],
      [1, 2],
    ],
    parameters: { p: [7] },
  })
  const source =
    'const f = ({row, parameters, values}) => row + ":" + values.a + values.b + parameters.p[0]'
  assert.deepEqual(sandbox.run(source, 'f', batch), ['0:x17', '1:null27'])
})

test('values are text, numbers, booleans or null', () => {
  assert.deepEqual(
    ['return "é😀"', 'return 1.5', 'return true', 'return null', ''].map((body) => one(body)),
    ['é😀', 1.5, true, null, null],
  )
  for (const [body, message] of [
    ['return {}', /row 0: returned a value of type object/],
    ['return 1 / 0', /row 0: returned Infinity/],
    ['return () => 1', /type function/],
    ['throw new Error("no stock")', /function f: row 0: no stock/],
    ['return undefinedName', /'?undefinedName'? is not defined/],
  ] as const)
    assert.throws(() => one(body), { code: 'generation_failed', message })
})

test('random numbers belong to the row, are uniform and the same each time', () => {
  const source = 'function f({random}) { return random() }'
  const batch = batchOf(20_000)
  const values = sandbox.run(source, 'f', batch) as number[]
  assert.deepEqual(sandbox.runAfresh(source, 'f', batch), values)
  const last = { ...batch, rows: [19_999], words: batch.words.slice(-4) }
  assert.deepEqual(sandbox.run(source, 'f', last), values.slice(-1))
  assert.equal(new Set(values).size, values.length)
  const counts = new Array<number>(16).fill(0)
  for (const value of values)
    counts[Math.floor(value * 16)] = (counts[Math.floor(value * 16)] ?? 0) + 1
  const expected = values.length / 16
  const chi2 = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
  assert.ok(chi2 < 37.7, `chi-square of 15 degrees of freedom: ${chi2}`)
})

test('there is no clock, no randomness of the host, no way out', () => {
  for (const name of [
    'Date',
    'performance',
    'process',
    'require',
    'fetch',
    'setTimeout',
    'Promise',
    'Intl',
    'WebAssembly',
  ])
    assert.equal(one(`return typeof ${name}`), 'undefined', name)
  assert.throws(() => one('return Math.random()'), /use the random function/)
  assert.throws(() => one('return import("node:fs")'), { code: 'generation_failed' })
  assert.equal(one('return (function () {}).constructor("return typeof process")()'), 'undefined')
})

test('loops, memory and depth are bounded, and the next call works', () => {
  assert.throws(() => one('for (;;) {}'), /too many steps/)
  assert.throws(() => one('try { for (;;) {} } catch { return 1 }'), /too many steps/)
  assert.throws(
    () => one('const a = []; for (;;) a.push(new Array(10000).fill(row))'),
    /memory|steps/,
  )
  assert.throws(() => one('const g = () => g() + 1; return g()'), /stack|recursion/i)
  assert.throws(
    () => one('return /(a+)+$/.test("a".repeat(40) + "b") ? 1 : 2'),
    /steps|memory|interrupted/,
  )
  assert.equal(one('return 1'), 1)
})

test('a plug-in cannot change what the harness and other rows stand on', () => {
  const hostile = `Array.prototype.push = () => 0; JSON.stringify = () => "[9]"; Object.prototype.x = 1
    function f() { return [].concat(1).length + String({}.x) }`
  assert.throws(() => sandbox.run(`'use strict'; ${hostile}`, 'f', batchOf(1)), {
    code: 'generation_failed',
  })
  assert.deepEqual(sandbox.run(hostile, 'f', batchOf(2)), ['1undefined', '1undefined'])
})

test('a name that the plug-in does not have, and a text that is no program', () => {
  assert.throws(() => sandbox.run('function g() {}', 'f', batchOf(1)), /has no such function/)
  assert.throws(() => sandbox.run('function f( {', 'f', batchOf(1)), { code: 'generation_failed' })
})

test('many plug-ins do not pile up', () => {
  for (let n = 0; n < 60; n++)
    assert.deepEqual(sandbox.run(`function f() { return ${n} }`, 'f', batchOf(1)), [n])
})
