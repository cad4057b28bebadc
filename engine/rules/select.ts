// conditional_rules: of several kernels, for each row the first whose condition holds.

import type { Rows } from '#engine/rows.ts'
import type { Kernel } from './kernel.ts'
import { isNull, textAt } from './read.ts'
import type { CodeVector, NumberVector, UuidVector, Vector } from './vector.ts'

/** A condition over a batch: 1 where it holds. The mask is valid after each fill. */
export type Mask = { readonly mask: Uint8Array; readonly fill: (rows: Rows) => void }

type Copy = (branch: number, i: number) => void

function numberTarget(from: readonly NumberVector[], capacity: number): [Vector, Copy] {
  const [first] = from as [NumberVector]
  const scale = Math.max(...from.map((vector) => vector.scale))
  const target = { ...first, scale, values: new Float64Array(capacity) }
  const copy: Copy = (branch, i) => {
    target.values[i] = (from[branch] as NumberVector).values[i] as number
  }
  return [target, copy]
}

function codeTarget(from: readonly CodeVector[], capacity: number): [Vector, Copy] {
  const dictionary = from.flatMap((vector) => vector.dictionary)
  const offsets = from.map((_, branch) =>
    from.slice(0, branch).reduce((sum, vector) => sum + vector.dictionary.length, 0),
  )
  const codes = new Int32Array(capacity)
  const copy: Copy = (branch, i) => {
    const code = (from[branch] as CodeVector).codes[i] as number
    codes[i] = code + (offsets[branch] as number)
  }
  return [{ kind: 'code', dictionary, codes, nulls: null }, copy]
}

function uuidTarget(from: readonly UuidVector[], capacity: number): [Vector, Copy] {
  const plane = () => new Int32Array(capacity)
  const words = [plane(), plane(), plane(), plane()] as const
  const copy: Copy = (branch, i) => {
    const source = from[branch] as UuidVector
    for (const [k, word] of words.entries()) word[i] = source.words[k]?.[i] as number
  }
  return [{ kind: 'uuid', words, nulls: null }, copy]
}

function textTarget(from: readonly Vector[], capacity: number): [Vector, Copy] {
  const values = new Array<string>(capacity).fill('')
  const copy: Copy = (branch, i) => {
    values[i] = textAt(from[branch] as Vector, i)
  }
  return [{ kind: 'text', values, nulls: null }, copy]
}

function targetOf(from: readonly Vector[], capacity: number): [Vector, Copy] {
  if (from.every((vector) => vector.kind === 'number')) return numberTarget(from, capacity)
  if (from.every((vector) => vector.kind === 'code')) return codeTarget(from, capacity)
  if (from.every((vector) => vector.kind === 'uuid')) return uuidTarget(from, capacity)
  return textTarget(from, capacity)
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
  const [target, copy] = targetOf(vectors, capacity)
  const nullable = !otherwise || vectors.some((vector) => vector.nulls)
  const nulls = nullable ? new Uint8Array(capacity) : null
  const masks = branches.map(({ when }) => when.mask)
  const pick = (i: number): number => {
    for (let k = 0; k < masks.length; k++) if ((masks[k] as Uint8Array)[i] === 1) return k
    return masks.length
  }
  return {
    vector: { ...target, nulls },
    fill(rows) {
      for (const { when } of branches) when.fill(rows)
      for (const kernel of kernels) kernel.fill(rows)
      for (let i = 0; i < rows.n; i++) {
        const branch = pick(i)
        const vector = vectors[branch]
        if (vector) copy(branch, i)
        if (nulls) nulls[i] = !vector || isNull(vector, i) ? 1 : 0
      }
    },
  }
}
