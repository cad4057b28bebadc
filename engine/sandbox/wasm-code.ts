// Rewrites the code of a function of a plug-in: it pays for every step and for its place on the stack, and whatever
// makes a not-a-number makes the one with the canonical bits. Costs are those of the source alone, so that the same
// call stops at the same step on any machine.

import { signed, unsigned } from '#engine/wasm/assembler.ts'
import type { FunctionType } from './wasm-module.ts'
import { refuse, VALUE_TYPES } from './wasm-module.ts'
import { createReader, type Reader } from './wasm-reader.ts'

/** Indices that the rewritten code uses: globals of what is left, and the function that charges for bytes. */
export type Meter = { fuel: number; depth: number; chargeBytes: number }

const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  return: 0x0f,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  f64Const: 0x44,
} as const

/** Operators whose results may be not-a-number with bits of the machine's choice, by their first and last opcode. */
const F32_ARITHMETIC = [0x8d, 0x97]
const F64_ARITHMETIC = [0x9b, 0xa5]
const F32_DEMOTE = 0xb6
const F64_PROMOTE = 0xbb
const BULK_PREFIX = 0xfc
const MEMORY_COPY = 10
const MEMORY_FILL = 11
const TRUNCATIONS_LAST = 7

type Step = { op: number; from: number; to: number }

/** Global `index` less `amount`; ends the call where nothing is left. */
function spend(index: number, amount: number): number[] {
  const global = unsigned(index)
  const less = [OP.i32Const, ...signed(amount), 0x6b, OP.globalSet, ...global]
  const test = [OP.globalGet, ...global, OP.i32Const, 0, 0x48]
  return [OP.globalGet, ...global, ...less, ...test, OP.if, 0x40, 0x00, OP.end]
}

/** Passes over an instruction's immediates. AppError `unsupported` for instructions that plug-ins cannot have. */
function skipImmediates(op: number, reader: Reader): void {
  if (op >= 0x02 && op <= 0x04) reader.skipLeb()
  else if ((op >= 0x0c && op <= 0x0d) || op === OP.call) reader.skipLeb()
  else if (op === 0x0e) {
    reader.list(reader.skipLeb)
    reader.skipLeb()
  } else if (op === 0x11 || (op >= 0x28 && op <= 0x3e)) {
    // An alignment with more bits would have the number of a memory behind it.
    if (reader.unsigned() >= 64 && op !== 0x11) refuse('it numbers its memories')
    reader.skipLeb()
  } else if (op === 0x1c) reader.list(reader.byte)
  else if ((op >= 0x20 && op <= 0x24) || (op >= 0x3f && op <= 0x42)) reader.skipLeb()
  else if (op === 0x43) reader.skip(4)
  else if (op === OP.f64Const) reader.skip(8)
  else if (op === BULK_PREFIX) skipBulk(reader)
  else if (!isPlain(op))
    refuse(
      `it has the instruction 0x${op.toString(16)}: only those of WebAssembly 1.0, without SIMD, threads, tail calls, exceptions and tables that change, are possible`,
    )
}

function skipBulk(reader: Reader): void {
  const op = reader.unsigned()
  if (op === MEMORY_COPY) reader.skip(2)
  else if (op === MEMORY_FILL) reader.skip(1)
  else if (op > TRUNCATIONS_LAST)
    refuse('it has bulk instructions other than memory.copy and memory.fill')
}

function isPlain(op: number): boolean {
  if (op === 0x00 || op === 0x01 || op === 0x05 || op === OP.end || op === OP.return) return true
  return op === 0x1a || op === 0x1b || (op >= 0x45 && op <= 0xc4)
}

function readSteps(reader: Reader, end: number): Step[] {
  const steps: Step[] = []
  while (reader.at() < end) {
    const from = reader.at()
    const op = reader.byte()
    skipImmediates(op, reader)
    steps.push({ op, from, to: reader.at() })
  }
  return steps
}

/** Steps outside of loops, then those of each loop without the loops inside it, in the order in which they open. */
function costsOf(steps: readonly Step[]): number[] {
  const costs = [0]
  const open: number[] = [0]
  for (const { op } of steps) {
    const inside = open.at(-1) ?? 0
    if (op === OP.loop) open.push(costs.push(0) - 1)
    else if (op === OP.block || op === OP.if) open.push(inside)
    else if (op === OP.end) open.pop()
    costs[open.at(-1) ?? 0] = (costs[open.at(-1) ?? 0] ?? 0) + 1
  }
  return costs
}

/** Slots of the stack at most: parameters, locals, one for each step that pushes, and some for the call itself. */
function slotsOf(steps: readonly Step[], locals: number): number {
  const pushes = ({ op }: Step) =>
    op === OP.localGet ||
    op === OP.globalGet ||
    op === OP.call ||
    op === 0x11 ||
    op === 0x3f ||
    (op >= 0x41 && op <= 0x44)
  return 16 + locals + steps.filter(pushes).length
}

/** Bits that stand for any not-a-number, on top of the stack in place of it; `local` is free. */
function canonical(type: 'f32' | 'f64', local: number): number[] {
  const get = [OP.localGet, ...unsigned(local)]
  const [constant, same] =
    type === 'f32'
      ? [[0x43, 0, 0, 0xc0, 0x7f], 0x5b]
      : [[OP.f64Const, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], 0x61]
  return [OP.localSet, ...unsigned(local), ...get, ...constant, ...get, ...get, same, 0x1b]
}

function floatMade(op: number): 'f32' | 'f64' | null {
  const [f32 = 0, f32Last = 0] = F32_ARITHMETIC
  const [f64 = 0, f64Last = 0] = F64_ARITHMETIC
  if ((op >= f32 && op <= f32Last) || op === F32_DEMOTE) return 'f32'
  return (op >= f64 && op <= f64Last) || op === F64_PROMOTE ? 'f64' : null
}

/**
 * One entry of the code section, without its size, rewritten: steps are paid where the function and each turn of a loop
 * begins. `type` is the function's. AppError `unsupported` for what plug-ins cannot have.
 */
export function rewriteFunction(entry: Uint8Array, type: FunctionType, meter: Meter): number[] {
  if (type.results.length > 1) refuse('it has a function with several results')
  const reader = createReader(entry)
  const groups = reader.list(() => ({ count: reader.unsigned(), type: reader.byte() }))
  const steps = readSteps(reader, entry.length)
  const declared = groups.reduce((sum, { count }) => sum + count, type.parameters.length)
  const costs = costsOf(steps)
  const slots = slotsOf(steps, declared)
  const out = [...unsigned(groups.length + 2)]
  for (const group of groups) out.push(...unsigned(group.count), group.type)
  out.push(1, VALUE_TYPES.f32, 1, VALUE_TYPES.f64)
  const spent = spend(meter.fuel, (costs[0] ?? 0) + declared)
  out.push(...spent, ...spend(meter.depth, slots), OP.block, type.results[0] ?? 0x40)
  writeSteps(out, entry, steps, { meter, costs, scratch: declared })
  const depth = unsigned(meter.depth)
  out.push(
    OP.globalGet,
    ...depth,
    OP.i32Const,
    ...signed(slots),
    0x6a,
    OP.globalSet,
    ...depth,
    OP.end,
  )
  return out
}

function writeSteps(
  out: number[],
  entry: Uint8Array,
  steps: readonly Step[],
  { meter, costs, scratch }: { meter: Meter; costs: readonly number[]; scratch: number },
): void {
  let nesting = 0
  let loops = 0
  for (const { op, from, to } of steps) {
    if (op === OP.return) {
      // The body stands in a block of its own, so that leaving it gives the place on the stack back.
      out.push(OP.br, ...unsigned(nesting))
      continue
    }
    const bulk = op === BULK_PREFIX ? (entry[from + 1] ?? 0) : 0
    if (bulk === MEMORY_COPY || bulk === MEMORY_FILL)
      out.push(OP.call, ...unsigned(meter.chargeBytes))
    for (let at = from; at < to; at++) out.push(entry[at] ?? 0)
    if (op === OP.loop) out.push(...spend(meter.fuel, costs[++loops] ?? 0))
    if (op >= OP.block && op <= OP.if) nesting++
    else if (op === OP.end) nesting--
    const float = floatMade(op)
    if (float !== null) out.push(...canonical(float, float === 'f32' ? scratch : scratch + 1))
  }
}

/** Body of the function (i32 bytes) -> i32 bytes that charges a step for each 16 bytes. */
export function chargeBytesBody({ fuel }: Meter): number[] {
  const global = unsigned(fuel)
  const cost = [OP.localGet, 0, OP.i32Const, 4, 0x76, 0x6b]
  const test = [OP.globalGet, ...global, OP.i32Const, 0, 0x48, OP.if, 0x40, 0x00, OP.end]
  return [
    0,
    OP.globalGet,
    ...global,
    ...cost,
    OP.globalSet,
    ...global,
    ...test,
    OP.localGet,
    0,
    OP.end,
  ]
}
