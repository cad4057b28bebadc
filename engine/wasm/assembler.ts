// Just enough of a WebAssembly assembler for one exported function over one exported memory. The binary
// format is that of the WebAssembly 2.0 specification, section 5.

/** WebAssembly value types. */
export const I32 = 0x7f
export const V128 = 0x7b

/** Opcodes in use, by their names in the specification. */
export const OP = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  br: [0x0c],
  brIf: [0x0d],
  localGet: [0x20],
  localSet: [0x21],
  localTee: [0x22],
  i32Load16U: [0x2f, 0x01],
  f32Load: [0x2a, 0x02],
  f32Store: [0x38, 0x02],
  i32Const: [0x41],
  i32LtU: [0x49],
  i32GeU: [0x4f],
  i32Add: [0x6a],
  i32Shl: [0x74],
  v128Load: [0xfd, 0x00, 0x04],
  v128Store: [0xfd, 0x0b, 0x04],
  i8x16Shuffle: [0xfd, 0x0d],
  i32x4Splat: [0xfd, 0x11],
  i32x4ShrU: [0xfd, 0xad, 0x01],
  i32x4Sub: [0xfd, 0xb1, 0x01],
  v128Load32Splat: [0xfd, 0x09, 0x02],
  v128Load64Splat: [0xfd, 0x0a, 0x03],
  f64x2Eq: [0xfd, 0x47],
  f64x2Lt: [0xfd, 0x49],
  f64x2Gt: [0xfd, 0x4a],
  f64x2Ge: [0xfd, 0x4c],
  v128And: [0xfd, 0x4e],
  v128AndNot: [0xfd, 0x4f],
  v128Xor: [0xfd, 0x51],
  f64x2Floor: [0xfd, 0x75],
  i64x2ExtmulLowU: [0xfd, 0xde, 0x01],
  i64x2ExtmulHighU: [0xfd, 0xdf, 0x01],
  f32x4Le: [0xfd, 0x45],
  f32x4ConvertI32x4U: [0xfd, 0xfb, 0x01],
  f32x4Add: [0xfd, 0xe4, 0x01],
  f32x4Sub: [0xfd, 0xe5, 0x01],
  f32x4Mul: [0xfd, 0xe6, 0x01],
  f32x4PMin: [0xfd, 0xea, 0x01],
  f32x4PMax: [0xfd, 0xeb, 0x01],
  f64x2Abs: [0xfd, 0xec, 0x01],
  f64x2Add: [0xfd, 0xf0, 0x01],
  f64x2Sub: [0xfd, 0xf1, 0x01],
  f64x2Mul: [0xfd, 0xf2, 0x01],
  f64x2Div: [0xfd, 0xf3, 0x01],
} as const

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value >>> 0
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return bytes
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
    bytes.push(last ? low : low | 0x80)
    if (last) return bytes
  }
}

/** Puts a local variable on the stack. */
export const get = (local: number): number[] => [...OP.localGet, ...unsigned(local)]

/** Takes a local variable off the stack. */
export const set = (local: number): number[] => [...OP.localSet, ...unsigned(local)]

/** Puts an i32 on the stack. */
export const constant = (value: number): number[] => [...OP.i32Const, ...signed(value)]

/** Adds to a local variable that is an i32. */
export const advance = (local: number, by: number): number[] => [
  ...[...get(local), ...constant(by), ...OP.i32Add, ...set(local)],
]

const PAGE_BYTES = 65_536

function section(id: number, body: number[]): number[] {
  return [id, ...unsigned(body.length), ...body]
}

function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)]
  return [...unsigned(bytes.length), ...bytes]
}

/**
 * A module that exports `memory` (of `memoryBytes` at least) and the function `run`, whose parameters are
 * `parameters` times i32, with the given local variables (count and type, in order) and body (without the
 * closing `end`).
 */
export function assembleModule(options: {
  memoryBytes: number
  parameters: number
  locals: readonly (readonly [number, number])[]
  body: number[]
}): Uint8Array<ArrayBuffer> {
  const parameters = new Array<number>(options.parameters).fill(I32)
  const type = [1, 0x60, ...unsigned(parameters.length), ...parameters, 0]
  const memory = [1, 0x00, ...unsigned(Math.ceil(options.memoryBytes / PAGE_BYTES))]
  const exported = [2, ...name('memory'), 0x02, 0, ...name('run'), 0x00, 0]
  const locals = options.locals.flatMap(([count, kind]) => [...unsigned(count), kind])
  const code = [...unsigned(options.locals.length), ...locals, ...options.body, ...OP.end]
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, type),
    ...section(3, [1, 0]),
    ...section(5, memory),
    ...section(7, exported),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ])
}
