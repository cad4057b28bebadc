// Nulls, laid over a kernel's values after they are drawn.

import type { Rows } from '#engine/rows.ts'
import type { Kernel } from './kernel.ts'
import type { Mask } from './select.ts'

/** The kernel, null also where the mask holds. */
export function withNulls(kernel: Kernel, when: Mask, capacity: number): Kernel {
  const own = kernel.vector.nulls
  const { mask } = when
  const fill = (rows: Rows): void => {
    kernel.fill(rows)
    when.fill(rows)
  }
  if (!own) return { vector: { ...kernel.vector, nulls: mask }, fill }
  const nulls = new Uint8Array(capacity)
  return {
    vector: { ...kernel.vector, nulls },
    fill(rows) {
      fill(rows)
      for (let i = 0; i < rows.n; i++) nulls[i] = (mask[i] as number) | (own[i] as number)
    },
  }
}
