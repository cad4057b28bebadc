import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { chunkPieces, writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { previewTable } from '#engine/preview.ts'
import { loadSandbox } from '#engine/sandbox/sandbox.ts'
import { fileOfAnyCut } from '#engine/testing/cuts.ts'
import { type WasmSource, wasmModule, wasmPlugin } from '#engine/testing/wasm.ts'

const sandbox = await loadSandbox()

type Written = { plugins?: object; columns: object[]; rows?: number }

const parsed = ({ plugins, columns, rows = 4 }: Written) =>
  parseConfig({ seed: 3, rows, ...(plugins && { plugins }), tables: [{ name: 't', columns }] })

function resolved(written: Written, chunkRows = 10_000): ResolvedConfig {
  const { config, problems } = parsed(written)
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: 0, chunkRows }).resolved
}

const custom = (type: string, more: object = {}) => ({
  name: 'c',
  type,
  rule: { type: 'custom', plugin: 'p', function: 'f', ...more },
})

/** Values of the column made by a function with this body. */
const made = (type: string, body: string, more: object = {}) => {
  const plugins = { p: `function f({ row, parameters, values, random }) { ${body} }` }
  const config = resolved({ plugins, columns: [custom(type, more)] })
  return previewTable(config, 't', 4, { sandbox }).rows.map(([value]) => value)
}

const failure = (body: string, type = 'str') => {
  try {
    made(type, body)
  } catch (error) {
    return error as Error & { code?: string }
  }
  return assert.fail('nothing was thrown')
}

test('values of every type, nulls included', () => {
  assert.deepEqual(made('str', 'return row === 1 ? null : "r" + row'), ['r0', null, 'r2', 'r3'])
  assert.deepEqual(made('int', 'return row * 2.4'), [0, 2, 5, 7])
  assert.deepEqual(made('float', 'return row / 3', { decimals: 2 }), [0, 0.33, 0.67, 1])
  assert.deepEqual(made('decimal(10,3)', 'return row / 3'), [0, 0.333, 0.667, 1])
  assert.deepEqual(made('bool', 'return row % 2 === 1'), [false, true, false, true])
  assert.deepEqual(made('str', 'return parameters.p + row', { parameters: { p: 'x' } })[2], 'x2')
})

test('columns of the row are seen as they are written', () => {
  const plugins = { p: 'function f({ values }) { return values.a + "/" + values.b }' }
  const columns = [
    { name: 'a', type: 'int', rule: 'sequence' },
    { name: 'b', type: 'date', rule: { type: 'date', min: '2025-01-01', max: '2025-01-01' } },
    custom('str', { from: ['a', 'b'] }),
  ]
  const { rows } = previewTable(resolved({ plugins, columns }), 't', 2, { sandbox })
  assert.deepEqual(rows[1], [2, '2025-01-01', '2/2025-01-01'])
})

test('bytes do not depend on chunks, pieces or batches', () => {
  const plugins = { p: 'const f = ({ row, random }) => row % 7 ? random().toFixed(6) + row : null' }
  const written = { plugins, columns: [custom('str')], rows: 3_000 }
  const bytes = (chunkRows: number, pieceRows: number, batchRows: number) => {
    const config = resolved(written, chunkRows)
    const table = compile(config, planConfig(config), { sandbox, batchRows }).table('t')
    const parts: Buffer[] = []
    for (let chunk = 0; chunk < table.chunks; chunk++)
      for (const piece of chunkPieces(table, chunk, pieceRows)) parts.push(Buffer.from(piece))
    return Buffer.concat(parts)
  }
  const whole = bytes(10_000, 10_000, 4_096)
  for (const [chunkRows, pieceRows, batchRows] of [
    [999, 100, 64],
    [1, 1, 1],
    [2_500, 700, 4_096],
  ] as const)
    assert.ok(bytes(chunkRows, pieceRows, batchRows).equals(whole))
})

test('a plug-in is found by its digest, and S3’s names of the parameters are read', () => {
  const source = 'function f() { return 7 }'
  const plugin = createHash('sha256').update(source).digest('hex')
  const rule = { type: 'custom', custom_class: `sha256:${plugin}`, custom_method: 'f' }
  const columns = [{ name: 'c', type: 'int', rule }]
  const { rows } = previewTable(resolved({ plugins: { p: source }, columns }), 't', 1, { sandbox })
  assert.deepEqual(rows, [[7]])
})

test('what a function does wrong is said with its row', () => {
  for (const [body, type, message] of [
    ['if (row === 2) throw new Error("sold out"); return 1', 'int', /f: row 2: sold out/],
    ['return "many"', 'int', /row 0: "many" is not a number.*column c is int/],
    ['return 1e300', 'int', /not a number within the column/],
    ['return 1', 'bool', /not a boolean/],
    ['return [1]', 'str', /a value of type object/],
  ] as const) {
    const error = failure(body, type)
    assert.equal(error.code, 'generation_failed')
    assert.match(error.message, message)
  }
})

test('a function that counts its calls is refused', () => {
  const plugins = { p: 'let n = 0; function f() { return n++ }' }
  const config = resolved({ plugins, columns: [custom('int')] })
  const table = compile(config, planConfig(config), { sandbox }).table('t')
  assert.throws(
    () => writeChunk(table, 0, new Output(1_000)),
    /it must keep nothing from row to row/,
  )
})

test('without the sandbox the caller is told what to pass', () => {
  const config = resolved({ plugins: { p: 'function f() {}' }, columns: [custom('int')] })
  assert.throws(() => previewTable(config, 't', 1), { code: 'unsupported', message: /sandbox/ })
})

test('wrong plug-ins and rules are problems with a place and a hint', () => {
  const problemsOf = (written: Written) =>
    parsed(written).problems.map(({ path, message, hint }) => `${path} ${message} | ${hint}`)
  const columns = [custom('str', { plugin: 'shopp', from: ['x'] })]
  assert.match(
    problemsOf({ columns })[0] ?? '',
    /rule\/plugin There is no plug-in "shopp" \| Write its source/,
  )
  const both = problemsOf({ plugins: { shop: 'function f() {}' }, columns })
  assert.match(both[0] ?? '', /Did you mean shop\?/)
  assert.match(both[1] ?? '', /rule\/from\/0 There is no column "x"/)
  assert.match(problemsOf({ plugins: { p: 5 }, columns: [custom('str')] }).join(), /plugins\/p /)
  assert.match(problemsOf({ plugins: {}, columns: [custom('str')] }).join(), /1 to 32 names/)
  const long = { p: 'x'.repeat(70_000) }
  assert.match(problemsOf({ plugins: long, columns: [custom('str')] }).join(), /70000 characters/)
  assert.match(
    problemsOf({ plugins: { p: 'x' }, columns: [custom('date')] }).join(),
    /does not make values of type date/,
  )
  const unique = [{ ...custom('str'), constraints: ['unique'] }]
  assert.match(problemsOf({ plugins: { p: 'x' }, columns: unique }).join(), /without repeats/)
})

/** scale(a, b) -> a * b + random, echo(text) -> the text, and what text needs. */
const MODULE: WasmSource = {
  imports: [{ name: 'random', gives: 'f64' }],
  memory: [1, 1, 2],
  functions: [
    {
      name: 'scale',
      takes: ['f64', 'f64'],
      gives: ['f64'],
      code: [0x20, 0, 0x20, 1, 0xa2, 0x10, 0, 0xa0],
    },
    {
      name: 'echo',
      takes: ['i32', 'i32'],
      gives: ['i64'],
      code: [0x20, 0, 0xad, 0x42, 32, 0x86, 0x20, 1, 0xad, 0x84],
    },
    { name: 'alloc', takes: ['i32'], gives: ['i32'], code: [0x41, 8] },
  ],
}

const ofModule = (type: string, called: string, more: object = {}) => ({
  name: `${called}_${type}`,
  type,
  rule: { type: 'custom', plugin: 'p', function: called, ...more },
})

test('a module in WebAssembly takes parameters and columns, whatever the cuts', () => {
  const columns = [
    { name: 'n', type: 'int', rule: 'sequence' },
    { name: 'on', type: 'date', rule: { type: 'date', min: '2025-01-01', max: '2025-01-01' } },
    ofModule('float', 'scale', { parameters: [10], from: ['n'], decimals: 9 }),
    ofModule('str', 'echo', { from: ['on'] }),
  ]
  const plugins = { p: wasmPlugin(MODULE) }
  const config = resolved({ plugins, columns, rows: 2_000 })
  const { rows } = previewTable(config, 't', 3)
  assert.deepEqual(
    rows.map(([n, , scaled, text]) => [n, Math.floor(Number(scaled) / 10), text]),
    [1, 2, 3].map((n) => [n, n, '2025-01-01']),
  )
  fileOfAnyCut(config, 't')
})

test('a module is found by the digest of its bytes, and what does not fit a rule is said', () => {
  const plugin = createHash('sha256').update(wasmModule(MODULE)).digest('hex')
  const plugins = { p: wasmPlugin(MODULE) }
  const digest = ofModule('float', 'scale', { plugin, parameters: [1, 2] })
  assert.deepEqual(parsed({ plugins, columns: [digest] }).problems, [])
  const problem = (column: object) => parsed({ plugins, columns: [column] }).problems[0]
  for (const [column, path, message] of [
    [ofModule('float', 'scal'), /rule\/function$/, /exports no function scal/],
    [ofModule('float', 'scale'), /function$/, /takes \(f64, f64\), and the rule gives \(\)/],
    [
      ofModule('str', 'scale', { parameters: [1, 2] }),
      /function$/,
      /returns \(f64\).*needs one i64/,
    ],
    [ofModule('str', 'echo', { parameters: { a: 1 } }), /parameters$/, /takes its parameters as/],
  ] as const) {
    assert.match(problem(column)?.path ?? '', path)
    assert.match(problem(column)?.message ?? '', message)
  }
  const imports = [{ name: 'env.now', gives: 'f64' }] as const
  const refused = parsed({ plugins: { p: wasmPlugin({ ...MODULE, imports }) }, columns: [digest] })
  assert.match(refused.problems[0]?.path ?? '', /^\/plugins\/p$/)
  assert.match(refused.problems[0]?.message ?? '', /imports env\.now/)
})
