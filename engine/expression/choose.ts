// if, coalesce, min and max: one of several values of the same kind.

import type { Rows } from '#engine/rows.ts'
import type { Kernel } from '#engine/rules/kernel.ts'
import { isNull } from '#engine/rules/read.ts'
import { type Mask, selectKernel } from '#engine/rules/select.ts'
import { requireBool } from './logic.ts'
import { withMoments } from './moment-literal.ts'
import { mapNumbers, scaleOf, toFloat, toScale } from './numbers.ts'
import { ExpressionError } from './problem.ts'
import {
  asNumbers,
  type Building,
  isNumeric,
  isTemporal,
  type Typed,
  typed,
  type ValueKind,
  wider,
} from './typed.ts'

const SECONDS_PER_DAY = 86_400

/** The kind that both fit; ExpressionError where there is none. */
function commonKind(a: ValueKind, b: Typed): ValueKind {
  if (a === b.kind || b.kind === 'null') return a
  if (a === 'null') return b.kind
  if (isNumeric(a) && isNumeric(b.kind)) return wider(a, b.kind)
  if (isTemporal(a) && isTemporal(b.kind)) return 'datetime'
  throw new ExpressionError(b.at, `${b.kind} does not go with ${a}`)
}

function asDatetime(kernel: Kernel, capacity: number): Kernel {
  const numbers = asNumbers(kernel)
  if (numbers.vector.type !== 'date') return kernel
  const shape = { type: 'datetime', scale: 0 } as const
  return mapNumbers(capacity, shape, [numbers], (days) => days * SECONDS_PER_DAY)
}

/** A null of the given kind. */
export function nullOf(kernel: Kernel, kind: ValueKind, capacity: number): Kernel {
  if (kind === 'str') {
    const nulls = new Uint8Array(capacity).fill(1)
    const vector = {
      kind: 'code',
      dictionary: [''],
      codes: new Int32Array(capacity),
      nulls,
    } as const
    return { vector, fill: () => undefined }
  }
  const numbers = asNumbers(kernel)
  return kind === 'null' ? kernel : { ...numbers, vector: { ...numbers.vector, type: kind } }
}

/** Kernels of the operands in one common layout. */
function unified(
  building: Building,
  operands: readonly Typed[],
  kind: ValueKind,
  wanted: number | null,
): Kernel[] {
  const { capacity } = building.context
  const kernels = operands.map((operand) => {
    const kernel = operand.build(building, wanted)
    return operand.kind === 'null' ? nullOf(kernel, kind, capacity) : kernel
  })
  if (kind === 'datetime') return kernels.map((kernel) => asDatetime(kernel, capacity))
  if (kind === 'float') return kernels.map((kernel) => toFloat(asNumbers(kernel), capacity))
  if (kind !== 'decimal' && kind !== 'int') return kernels
  const scale = Math.max(...kernels.map((kernel) => scaleOf(asNumbers(kernel))))
  return kernels.map((kernel) => toScale(asNumbers(kernel), scale, capacity))
}

function truth(kernel: Kernel, capacity: number): Mask {
  const { vector, fill } = asNumbers(kernel)
  const mask = new Uint8Array(capacity)
  return {
    mask,
    fill(rows) {
      fill(rows)
      for (let i = 0; i < rows.n; i++)
        mask[i] = vector.values[i] !== 0 && !isNull(vector, i) ? 1 : 0
    },
  }
}

const isUuid = (operands: readonly Typed[]): boolean =>
  operands.every(({ uuid, kind }) => uuid || kind === 'null')

/** `if(condition, then, otherwise)`. */
export function choose(condition: Typed, yes: Typed, no: Typed): Typed {
  requireBool(condition, 'if(...)')
  const [then = yes, otherwise = no] = withMoments([yes, no])
  const kind = commonKind(then.kind, otherwise)
  const build: Typed['build'] = (building, wanted) => {
    const { capacity } = building.context
    const when = truth(condition.build(building, null), capacity)
    const [kernel, rest] = unified(building, [then, otherwise], kind, wanted)
    if (!kernel || !rest) throw new TypeError('two operands give two kernels')
    return selectKernel([{ when, kernel }], rest, capacity)
  }
  return { ...typed(then.at, kind, build), uuid: isUuid([then, otherwise]) }
}

/** 1 where the kernel, which is filled here, has a value. */
function presence(kernel: Kernel, capacity: number): Mask {
  const mask = new Uint8Array(capacity)
  return {
    mask,
    fill(rows: Rows) {
      kernel.fill(rows)
      for (let i = 0; i < rows.n; i++) mask[i] = isNull(kernel.vector, i) ? 0 : 1
    },
  }
}

/** `coalesce(a, b, ...)`: the first that is not null. */
export function coalesce(args: readonly Typed[]): Typed {
  const operands = withMoments(args)
  const kind = operands.reduce<ValueKind>(commonKind, 'null')
  const build: Typed['build'] = (building, wanted) => {
    const { capacity } = building.context
    const kernels = unified(building, operands, kind, wanted)
    const branches = kernels.map((kernel) => ({
      when: presence(kernel, capacity),
      kernel: { vector: kernel.vector, fill: () => undefined },
    }))
    return selectKernel(branches, null, capacity)
  }
  return { ...typed(operands[0]?.at ?? 0, kind, build), uuid: isUuid(operands) }
}

/** `min(a, b, ...)` and `max(a, b, ...)`; null where any of them is. */
export function extreme(which: 'min' | 'max', args: readonly Typed[]): Typed {
  const operands = withMoments(args)
  const kind = operands.reduce<ValueKind>(commonKind, 'null')
  if (kind === 'str' || kind === 'bool') {
    throw new ExpressionError(operands[0]?.at ?? 0, `${which}(...) needs numbers or dates`)
  }
  const operation = which === 'min' ? Math.min : Math.max
  return typed(operands[0]?.at ?? 0, kind, (building, wanted) => {
    const { capacity } = building.context
    const kernels = unified(building, operands, kind, wanted).map(asNumbers)
    return kernels.reduce((a, b) =>
      mapNumbers(capacity, a.vector, [a, b], (x, y) => operation(x, y)),
    )
  })
}
