// The functions of trigonometry-batch.ts in vectors of two doubles: the same operations in the same order, so the same bits, in half
// the time. Divisions are what the series cost, and one of a vector takes as long as one of a number.

import { assembleModule, get, I32, OP, unsigned, V128 } from '#engine/wasm/assembler.ts'
import { compileKernel, instantiateKernel } from '#engine/wasm/kernel.ts'

/** Entries that are computed at a time: all of them and what is made of them stay in the fastest cache. */
export const SLAB = 512

const VECTOR_BYTES = 16
const PLANE_BYTES = SLAB * 8
/** Where planes begin; constants stand before. */
const PLANES_AT = 512

// The parameter of `run`, and how far the loop has come.
const END = 0
const AT = 1
const LOCALS = 2

/** Code that leaves one vector. */
type Code = number[]

const binary =
  (operator: readonly number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...operator]
const add = binary(OP.f64x2Add)
const sub = binary(OP.f64x2Sub)
const mul = binary(OP.f64x2Mul)
const div = binary(OP.f64x2Div)
const and = binary(OP.v128And)
const floor = (a: Code): Code => [...a, ...OP.f64x2Floor]
const abs = (a: Code): Code => [...a, ...OP.f64x2Abs]

/** A program over planes: its constants, and its local variables as they come up. */
function createProgram() {
  const constants: number[] = []
  const statements: number[] = []
  let locals = LOCALS
  const at = (place: number): Code => [
    ...[...OP.i32Const, 0],
    ...[...OP.v128Load64Splat, ...unsigned(place * 8)],
  ]
  const constant = (value: number): Code => {
    const known = constants.indexOf(value)
    return at(known < 0 ? constants.push(value) - 1 : known)
  }
  /** A name for a value that is used more than once. */
  const named = (code: Code): Code => {
    statements.push(...code, ...OP.localSet, ...unsigned(locals))
    return get(locals++)
  }
  const load = (plane: number): Code =>
    named([...get(AT), ...OP.v128Load, ...unsigned(PLANES_AT + plane * PLANE_BYTES)])
  const store = (plane: number, code: Code): void => {
    statements.push(...get(AT), ...code)
    statements.push(...OP.v128Store, ...unsigned(PLANES_AT + plane * PLANE_BYTES))
  }
  /** 1 where a comparison holds, else 0. */
  const truth = (mask: Code): Code => named(and(mask, constant(1)))
  const module = (planes: number): Uint8Array<ArrayBuffer> =>
    assembleModule({
      memoryBytes: PLANES_AT + planes * PLANE_BYTES,
      parameters: 1,
      locals: [
        [1, I32],
        [locals - LOCALS, V128],
      ],
      body: [
        ...[...OP.block, ...OP.loop],
        ...[...get(AT), ...get(END), ...OP.i32GeU, ...OP.brIf, 1],
        ...statements,
        ...[...get(AT), ...OP.i32Const, VECTOR_BYTES, ...OP.i32Add, ...OP.localSet, AT],
        ...[...OP.br, 0, ...OP.end, ...OP.end],
      ],
    })
  return { constants, constant, named, load, store, truth, module }
}

type Program = ReturnType<typeof createProgram>

/** 1 - z / d0 * (1 - z / d1 * ...), from the last divisor on. */
function alternating({ constant, named }: Program, z: Code, divisors: readonly number[]): Code {
  const one = constant(1)
  const [last = 1, ...others] = divisors
  return others.reduce(
    (sum, divisor) => named(sub(one, mul(div(z, constant(divisor)), sum))),
    named(sub(one, div(z, constant(last)))),
  )
}

const SINE_DIVISORS = [342, 272, 210, 156, 110, 72, 42, 20, 6]
const COSINE_DIVISORS = [306, 240, 182, 132, 90, 56, 30, 12, 2]

/** Plane 0 are turns, 1 and 2 become their sines and cosines. */
function sineCosineProgram(): Program {
  const program = createProgram()
  const { constant, named, load, store, truth } = program
  const [one, two, four] = [constant(1), constant(2), constant(4)]
  const turn = load(0)
  const scaled = named(mul(turn, four))
  const below = named(floor(scaled))
  const up = truth([...sub(scaled, below), ...constant(0.5), ...OP.f64x2Ge])
  const quarters = named(add(below, up))
  const share = named(mul(quarters, constant(0.25)))
  const rest = named(mul(sub(turn, share), constant(2 * Math.PI)))
  const quarter = named(sub(quarters, mul(four, floor(share))))
  const half = named(floor(mul(quarter, constant(0.5))))
  const odd = named(sub(quarter, mul(two, half)))
  const even = named(sub(one, odd))
  const z = named(mul(rest, rest))
  const sine = named(mul(rest, alternating(program, z, SINE_DIVISORS)))
  const cosine = alternating(program, z, COSINE_DIVISORS)
  const either = named(sub(add(half, odd), mul(two, mul(half, odd))))
  const signed = (negative: Code, a: Code, b: Code): Code =>
    mul(sub(one, mul(two, negative)), add(mul(a, even), mul(b, odd)))
  store(1, signed(half, sine, cosine))
  store(2, signed(either, cosine, sine))
  return program
}

/** x - x z (1/3 - z (1/5 - ...)). */
function arcTangent({ constant, named }: Program, x: Code): Code {
  const z = named(mul(x, x))
  let sum = named(mul(z, constant(1 / 31)))
  for (let odd = 29; odd > 1; odd -= 2) sum = named(mul(z, sub(constant(1 / odd), sum)))
  return sub(x, mul(x, sum))
}

const SQRT_3 = 1.7320508075688772
const TAN_15 = 0.2679491924311227

/** Planes 0 and 1 are y and x, 2 becomes their angles; the constant at 0 is what these are multiplied by. */
function atan2Program(): Program {
  const program = createProgram()
  const { constants, constant, named, load, store, truth } = program
  constants.push(Number.NaN)
  const scale = named([...OP.i32Const, 0, ...OP.v128Load64Splat, 0])
  const [one, two, zero] = [constant(1), constant(2), constant(0)]
  const [y, x] = [load(0), load(1)]
  const [a, b] = [named(abs(y)), named(abs(x))]
  const steep = truth([...a, ...b, ...OP.f64x2Gt])
  const flat = named(sub(one, steep))
  const ratio = named(div(add(mul(a, flat), mul(b, steep)), add(mul(b, flat), mul(a, steep))))
  const far = truth([...ratio, ...constant(TAN_15), ...OP.f64x2Gt])
  const root = named(add(one, mul(far, constant(SQRT_3 - 1))))
  const short = named(div(sub(mul(ratio, root), far), add(root, mul(far, ratio))))
  const eighth = add(mul(far, constant(Math.PI / 6)), arcTangent(program, short))
  const first = named(add(mul(steep, constant(Math.PI / 2)), mul(sub(flat, steep), eighth)))
  const left = truth([...x, ...zero, ...OP.f64x2Lt])
  const below = truth([...y, ...zero, ...OP.f64x2Lt])
  const turned = add(mul(left, constant(Math.PI)), mul(sub(one, mul(two, left)), first))
  const angle = mul(sub(one, mul(two, below)), turned)
  const origin = and([...x, ...zero, ...OP.f64x2Eq], [...y, ...zero, ...OP.f64x2Eq])
  store(2, [...mul(angle, scale), ...origin, ...OP.v128AndNot])
  return program
}

export type VectorProgram = {
  /** What is read and written, `SLAB` entries each. */
  readonly planes: readonly Float64Array[]
  readonly constants: Float64Array
  /** Runs over the first n entries, and one more where n is odd. */
  readonly run: (n: number) => void
}

function instantiate(program: Program, planes: number): VectorProgram | null {
  const compile = () => compileKernel(program.module(planes))
  const kernel = instantiateKernel<(end: number) => void>(compile)
  if (kernel === null) return null
  const { memory, run } = kernel
  const constants = new Float64Array(memory.buffer, 0, PLANES_AT / 8)
  constants.set(program.constants)
  return {
    planes: Array.from(
      { length: planes },
      (_, plane) => new Float64Array(memory.buffer, PLANES_AT + plane * PLANE_BYTES, SLAB),
    ),
    constants,
    run: (n) => run(n * 8),
  }
}

/** Turns in plane 0, their sines and cosines in 1 and 2; null where there are no vectors. */
export const sineCosineVectors = (): VectorProgram | null => instantiate(sineCosineProgram(), 3)

/** y and x in planes 0 and 1, their angles times the first constant in 2; null where there are no vectors. */
export const atan2Vectors = (): VectorProgram | null => instantiate(atan2Program(), 3)
