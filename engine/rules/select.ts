// conditional_rules: of several kernels, for each row the first whose condition holds.

import type { Rows } from '#engine/rows.ts'
import type { Kernel } from './kernel.ts'
import { textAt } from './read.ts'
import type { CodeVector, Nulls, NumberVector, TextVector, UuidVector, Vector } from './vector.ts'

/** A condition over a batch: 1 where it holds. The mask is valid after each fill. */
export type Mask = { readonly mask: Uint8Array; readonly fill: (rows: Rows) => void }

/** Takes the values of a branch in the rows whose winner it is. */
type Take = (branch: number, winners: Int32Array, n: number) => void

function numberTarget(from: readonly NumberVector[], capacity: number): [Vector, Take] {
  const [first] = from as [NumberVector]
  const scale = Math.max(...from.map((vector) => vector.scale))
  const { shown: _one, ...shape } = first
  const values = new Float64Array(capacity)
  const take: Take = (branch, winners, n) => {
    const source = (from[branch] as NumberVector).values
    for (let i = 0; i < n; i++) {
      // A processor could only guess at a branch.
      const from = winners[i] === branch ? source : values
      values[i] = from[i] as number
    }
  }
  const target: NumberVector = { ...shape, scale, values }
  if (from.every(({ shown }) => !shown)) return [target, take]
  const [shown, takeText] = textTarget(from, capacity)
  const takeBoth: Take = (branch, winners, n) => {
    take(branch, winners, n)
    takeText(branch, winners, n)
  }
  return [{ ...target, shown }, takeBoth]
}

function codeTarget(from: readonly CodeVector[], capacity: number): [Vector, Take] {
  const dictionary = from.flatMap((vector) => vector.dictionary)
  const offsets = from.map((_, branch) =>
    from.slice(0, branch).reduce((sum, vector) => sum + vector.dictionary.length, 0),
  )
  const codes = new Int32Array(capacity)
  const take: Take = (branch, winners, n) => {
    const source = (from[branch] as CodeVector).codes
    const offset = offsets[branch] as number
    for (let i = 0; i < n; i++) {
      if (winners[i] === branch) codes[i] = (source[i] as number) + offset
    }
  }
  return [{ kind: 'code', dictionary, codes, nulls: null }, take]
}

function uuidTarget(from: readonly UuidVector[], capacity: number): [Vector, Take] {
  const plane = () => new Int32Array(capacity)
  const words = [plane(), plane(), plane(), plane()] as const
  const take: Take = (branch, winners, n) => {
    const source = (from[branch] as UuidVector).words
    for (const [k, word] of words.entries()) {
      const plane = source[k] as Int32Array
      for (let i = 0; i < n; i++) if (winners[i] === branch) word[i] = plane[i] as number
    }
  }
  return [{ kind: 'uuid', words, nulls: null }, take]
}

function textTarget(from: readonly Vector[], capacity: number): [TextVector, Take] {
  const values = new Array<string>(capacity).fill('')
  const take: Take = (branch, winners, n) => {
    const vector = from[branch] as Vector
    for (let i = 0; i < n; i++) if (winners[i] === branch) values[i] = textAt(vector, i)
  }
  const isJson = from.every((vector) => 'json' in vector && vector.json === true)
  return [{ kind: 'text', values, nulls: null, ...(isJson && { json: true }) }, take]
}

function targetOf(from: readonly Vector[], capacity: number): [Vector, Take] {
  if (from.every((vector) => vector.kind === 'number')) return numberTarget(from, capacity)
  if (from.every((vector) => vector.kind === 'code')) return codeTarget(from, capacity)
  if (from.every((vector) => vector.kind === 'uuid')) return uuidTarget(from, capacity)
  return textTarget(from, capacity)
}

/** The number of the first mask that holds in each row; that of the masks where none does. */
function findWinners(winners: Int32Array, masks: readonly Uint8Array[], n: number): void {
  winners.fill(masks.length, 0, n)
  for (let k = masks.length - 1; k >= 0; k--) {
    const mask = masks[k] as Uint8Array
    for (let i = 0; i < n; i++) {
      const before = winners[i] as number
      winners[i] = before + (k - before) * (mask[i] as number)
    }
  }
}

/** 1 where the winner's value is null, or there is none. */
function takeNulls(nulls: Nulls, vectors: readonly Vector[], winners: Int32Array, n: number): void {
  const none = vectors.length
  for (let i = 0; i < n; i++) nulls[i] = Number(winners[i] === none) | 0
  for (const [k, { nulls: own }] of vectors.entries()) {
    if (!own) continue
    for (let i = 0; i < n; i++) {
      nulls[i] = (nulls[i] as number) | ((own[i] as number) & (Number(winners[i] === k) | 0))
    }
  }
}

/**
 * Row by row the kernel of the first mask that holds, else `otherwise`, else null. All give one column's
 * type. There is at least one branch.
 */
export function selectKernel(
  branches: readonly { when: Mask; kernel: Kernel }[],
  otherwise: Kernel | null,
  capacity: number,
): Kernel {
  const kernels = [...branches.map(({ kernel }) => kernel), ...(otherwise ? [otherwise] : [])]
  const vectors = kernels.map((kernel) => kernel.vector)
  const [target, take] = targetOf(vectors, capacity)
  const nullable = !otherwise || vectors.some((vector) => vector.nulls)
  const nulls = nullable ? new Uint8Array(capacity) : null
  const masks = branches.map(({ when }) => when.mask)
  const winners = new Int32Array(capacity)
  return {
    vector: { ...target, nulls },
    fill(rows) {
      for (const { when } of branches) when.fill(rows)
      for (const kernel of kernels) kernel.fill(rows)
      findWinners(winners, masks, rows.n)
      for (let k = 0; k < vectors.length; k++) take(k, winners, rows.n)
      if (nulls) takeNulls(nulls, vectors, winners, rows.n)
    },
  }
}
