// The sizes of the conditional GAN of tables (Xu et al. 2019, section 4.3).

import type { Layout } from '../modes/layout.ts'
import type { Modes } from '../modes/modes.ts'

export type CtganShape = {
  layout: Layout
  /** Columns that conditions are set on: categories. */
  conditioned: readonly number[]
  /** Positions of a condition: the codes of those columns. */
  conditions: number
  embedding: number
  generator: readonly number[]
  critic: readonly number[]
  /** Rows that the critic sees at once (Lin et al. 2018). */
  pac: number
}

export type CtganSizes = Pick<CtganShape, 'embedding' | 'generator' | 'critic' | 'pac'>

export function ctganShape(layout: Layout, modes: readonly Modes[], sizes: CtganSizes): CtganShape {
  const conditioned = [...layout.spans.keys()].filter(
    (column) => modes[column]?.kind === 'category' && (layout.spans[column]?.count ?? 0) > 1,
  )
  const conditions = conditioned.reduce((sum, at) => sum + (layout.spans[at]?.count ?? 0), 0)
  return { ...sizes, layout, conditioned, conditions }
}
