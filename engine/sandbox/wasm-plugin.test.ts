import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type WasmSource, wasmModule, wasmPlugin } from '#engine/testing/wasm.ts'
import { signed } from '#engine/wasm/assembler.ts'
import { type WasmFunction, wasmHost } from '#engine/wasm/host.ts'
import { loadSandbox } from './sandbox.ts'
import { HIDDEN, meterModule } from './wasm-meter.ts'
import { readModule } from './wasm-module.ts'
import { type Asked, readWasm, wasmCall } from './wasm-plugin.ts'

type Column = (string | number | boolean | null)[]

const get = (local: number) => [0x20, local]
const END = 0x0b
const MEMORY = [1, 1, 4]

const batchOf = (columns: Column[], rows = columns[0]?.length ?? 1) => ({
  rows: Array.from({ length: rows }, (_, i) => i),
  words: Uint32Array.from({ length: 4 * rows }, (_, i) => i * 2_654_435_761),
  columns,
})

/** Values of function f. */
const made = (source: WasmSource, asked: Partial<Asked>, columns: Column[], rows?: number) =>
  wasmCall(wasmPlugin(source), { name: 'f', passed: [], result: 'number', ...asked })(
    batchOf(columns, rows),
  )

const one = (code: number[], more: Partial<WasmSource> = {}): WasmSource => ({
  functions: [{ name: 'f', takes: [], gives: ['i32'], code }],
  ...more,
})

/** Takes from a pointer in global 0, which starts at 16. */
const ALLOC = {
  name: 'alloc',
  takes: ['i32'],
  gives: ['i32'],
  code: [0x23, 0, 0x23, 0, ...get(0), 0x6a, 0x24, 0],
} as const
const POINTER = { 6: [1, 0x7f, 1, 0x41, 16, END] }

const ECHO: WasmSource = {
  memory: MEMORY,
  more: POINTER,
  functions: [
    {
      name: 'f',
      takes: ['i32', 'i32'],
      gives: ['i64'],
      code: [...get(0), 0xad, 0x42, 32, 0x86, ...get(1), 0xad, 0x84],
    },
    ALLOC,
  ],
}

test('numbers of every type go in and come out; null is not called', () => {
  for (const [type, add] of [
    ['i32', 0x6a],
    ['i64', 0x7c],
    ['f32', 0x92],
    ['f64', 0xa0],
  ] as const) {
    const functions = [
      { name: 'f', takes: [type, type], gives: [type], code: [...get(0), ...get(1), add] },
    ]
    const columns = [
      [1, -7, null, true],
      [2, 3, 4, 5],
    ]
    const passed = ['number', 'number'] as const
    assert.deepEqual(made({ functions }, { passed }, columns), [3, -4, null, 6])
  }
  const widest = [{ name: 'f', takes: ['i64'] as const, gives: ['i64'] as const, code: get(0) }]
  const [value] = made({ functions: widest }, { passed: ['number'] }, [[2 ** 53 - 1]])
  assert.equal(value, 2 ** 53 - 1)
  assert.deepEqual(made(one([0x41, 5]), { result: 'bool' }, [], 1), [true])
})

test('a number that is not one is null, one without end is refused', () => {
  const divided = (a: number) => ({
    functions: [
      {
        name: 'f',
        takes: ['f64'] as const,
        gives: ['f64'] as const,
        code: [...get(0), 0x44, 0, 0, 0, 0, 0, 0, 0, 0, a],
      },
    ],
  })
  assert.deepEqual(made(divided(0xa3), { passed: ['number'] }, [[0]]), [null])
  assert.throws(
    () => made(divided(0xa3), { passed: ['number'] }, [[1]]),
    /row 0: returned Infinity/,
  )
  assert.throws(() => made(ECHO, { passed: ['number', 'number'], result: 'text' }, [[0.5], [1]]), {
    message: /0.5 is no whole number of i32/,
  })
})

test('texts go in and come out as UTF-8', () => {
  const texts = ['', 'a', 'é😀', null, 'x'.repeat(60_000)]
  const asked = { passed: ['text'], result: 'text' } as const
  assert.deepEqual(made(ECHO, asked, [texts]), texts)
  assert.throws(() => made(ECHO, asked, [['x'.repeat(70_000)]]), /outside of the memory/)
  const outside = (at: number, length: number) => {
    const code = [...get(0), 0xad, 0x42, 32, 0x86, ...get(1), 0xad, 0x84]
    const functions = [{ name: 'f', takes: ['i32', 'i32'], gives: ['i64'], code } as const]
    const passed = ['number', 'number'] as const
    return made({ functions, memory: MEMORY }, { passed, result: 'text' }, [[at], [length]])
  }
  assert.throws(() => outside(65_530, 7), /outside of the memory/)
  assert.deepEqual(outside(-1, -1), [null])
})

test('draws are those that JavaScript sees, and the row is there', async () => {
  const imports = [
    { name: 'random', gives: 'f64' },
    { name: 'row', gives: 'i64' },
  ] as const
  const f = { name: 'f', takes: [], gives: ['f64'], code: [0x10, 0, 0x1a, 0x10, 0] } as const
  const g = { name: 'g', takes: [], gives: ['i64'], code: [0x10, 1] } as const
  const source = { imports, functions: [f, g] }
  const batch = batchOf([], 500)
  const call = 'function f({ random }) { random(); return random() }'
  const expected = (await loadSandbox()).run(call, 'f', { ...batch, names: [], parameters: null })
  assert.deepEqual(made(source, {}, [], 500), expected)
  assert.deepEqual(made(source, { name: 'g' }, [], 3), [0, 1, 2])
})

test('loops and calls without end stop, at the same row whatever ran before', () => {
  assert.throws(() => made(one([0x03, 0x40, 0x0c, 0, END, 0x41, 0]), {}, [], 1), {
    code: 'generation_failed',
    message: /f: row 0: it takes too many steps/,
  })
  assert.throws(() => made(one([0x10, 0]), {}, [], 1), /row 0: its calls are too deep/)
  // As many turns as its argument says.
  const turns = {
    name: 'f',
    takes: ['i32'],
    gives: ['i32'],
    code: [0x03, 0x40, ...get(0), 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, END, ...get(0)],
  } as const
  const run = (column: number[]) => made({ functions: [turns] }, { passed: ['number'] }, [column])
  const limit = 100_000
  assert.deepEqual(run([limit, limit, limit]), [0, 0, 0])
  assert.throws(() => run([...new Array<number>(200).fill(1_000), 300_000]), /row 200: .*steps/)
  assert.throws(() => run([300_000]), /row 0: .*steps/)
})

test('filling and copying memory is paid by its bytes', () => {
  const fill = [0x41, 0, 0x41, 1, 0x41, ...signed(262_144), 0xfc, 11, 0]
  const again = [0x03, 0x40, ...fill, 0x0c, 0, END, 0x41, 0]
  assert.throws(() => made(one(again, { memory: [1, 4, 4] }), {}, [], 1), /too many steps/)
  const copy = [0x41, 0, 0x41, 8, 0x41, 16, 0xfc, 10, 0, 0, 0x41, 3]
  assert.deepEqual(made(one(copy, { memory: MEMORY }), {}, [], 2), [3, 3])
})

test('nothing is kept from row to row: globals, memory and its size are put back', () => {
  const counted = [0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x23, 0]
  assert.deepEqual(made(one(counted, { more: POINTER }), {}, [], 3), [17, 17, 17])
  const stored = [0x41, 0, 0x41, 0, 0x28, 2, 0, 0x41, 1, 0x6a, 0x36, 2, 0, 0x41, 0, 0x28, 2, 0]
  assert.deepEqual(made(one(stored, { memory: MEMORY }), {}, [], 3), [1, 1, 1])
  const grown = [0x41, 1, 0x40, 0, 0x1a, 0x3f, 0]
  const many = made(one(grown, { memory: [0, 1] }), {}, [], 3_000)
  assert.deepEqual(new Set(many), new Set([2]))
  const far = [0x41, ...signed(256), 0x40, 0]
  assert.deepEqual(made(one(far, { memory: [0, 1] }), {}, [], 1), [-1])
})

test('whatever is not a number has the same bits', () => {
  const zero = [0x44, 0, 0, 0, 0, 0, 0, 0, 0]
  const minus = [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf]
  for (const code of [
    [...zero, ...zero, 0xa3],
    [...minus, 0x9f],
    [...zero, ...zero, 0xa3, 0x9a, ...zero, 0xa0],
    [...zero, ...zero, 0xa3, 0x9a, 0xb6, 0xbb],
  ]) {
    const functions = [
      {
        name: 'f',
        takes: [],
        gives: ['i32'],
        code: [...code, 0xbd, 0x42, 32, 0x88, 0xa7],
      } as const,
    ]
    assert.deepEqual(made({ functions }, {}, [], 1), [0x7ff8_0000])
  }
})

test('a metered function gives what it gave before', () => {
  const binary = fc.constantFrom(0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x46, 0x48)
  const code = fc.array(fc.tuple(fc.nat(1), binary, fc.boolean()), { maxLength: 40 })
  const run = (bytes: Uint8Array<ArrayBuffer>, a: number, b: number) => {
    const { exports } = new wasmHost.Instance(new wasmHost.Module(bytes), {})
    const f = exports['f'] as WasmFunction
    const depth = exports[HIDDEN.depth] as { value: unknown } | undefined
    const before = depth?.value
    const value = f(a, b)
    assert.equal(depth?.value, before)
    return value
  }
  fc.assert(
    fc.property(code, fc.integer(), fc.integer(), (steps, a, b) => {
      const body = steps.flatMap(([local, op, early]) => [
        ...get(local),
        op,
        ...(early ? [0x22, 0, ...get(1), 0x48, 0x04, 0x40, ...get(0), 0x0f, END, ...get(0)] : []),
      ])
      const functions = [
        { name: 'f', takes: ['i32', 'i32'], gives: ['i32'], code: [...get(0), ...body] } as const,
      ]
      const bytes = wasmModule({ functions })
      assert.equal(run(meterModule(readModule(bytes)), a, b), run(bytes, a, b))
    }),
    { numRuns: 200 },
  )
})

test('what could differ from run to run, or grow without bound, is refused with its name', () => {
  const plain = [0x41, 0]
  const refused: [WasmSource, RegExp][] = [
    [one(plain, { imports: [{ name: 'env.now', gives: 'f64' }] }), /imports env\.now/],
    [one(plain, { imports: [{ name: 'random', gives: 'i32' }] }), /imports syndata\.random/],
    [one(plain, { memory: [3, 1, 2] }), /memory is shared/],
    [one(plain, { memory: [0, 33] }), /starts with 33 pages/],
    [one(plain, { more: { 4: [1, 0x70, 0, ...signed(20_000)] } }), /table has 20000 entries/],
    [one([0x41, 0, 0xfd, 0x11, 0x1a, ...plain]), /instruction 0xfd/],
    [
      one([0x41, 0, 0xd2, 0, 0x26, 0, ...plain], {
        more: { 4: [1, 0x70, 0, 1], 9: [1, 3, 0, 1, 0] },
      }),
      /instruction 0xd2/,
    ],
    [one([0xfc, 9, 0, ...plain], { memory: MEMORY, more: { 11: [1, 1, 0] } }), /valid|bulk/],
    [one([0x12, 0]), /instruction 0x12/],
    [one([0x01]), /no valid WebAssembly/],
  ]
  for (const [source, message] of refused)
    assert.throws(() => readWasm(wasmPlugin(source)), { code: 'unsupported', message })
  assert.throws(() => readWasm('data:application/wasm;base64,%%'), /no valid WebAssembly/)
})
