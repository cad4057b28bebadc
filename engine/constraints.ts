// Columns of a table that are drawn first and then brought to agree: in order, or adding up to a total.

import type { ResolvedTable, TableConstraint } from './config/types.ts'
import { AppError } from './errors.ts'
import { castKernel } from './rules/cast.ts'
import type { Kernel, NumberKernel, RuleContext } from './rules/kernel.ts'
import { type Constrained, orderColumns } from './rules/order.ts'
import { sumColumns } from './rules/sum.ts'

export type ConstrainedColumns = {
  /** The column's values as its constraint leaves them, null where no constraint names it; nulls are not laid yet. */
  of(column: string): Kernel | null
}

type Surroundings = {
  /** A column's values by its own rule, and what it was compiled with. */
  own: (column: string) => { kernel: Kernel; context: RuleContext }
  addStep: (fill: Constrained['fill']) => void
}

function asNumber({ vector, fill }: Kernel, column: string): NumberKernel {
  if (vector.kind === 'number') return { vector, fill }
  throw new AppError('invalid_config', `column ${column} of a constraint holds no numbers or times`)
}

function constrain(constraint: TableConstraint, { own }: Surroundings): Constrained {
  const members = constraint.columns.map((name) => ({ name, ...own(name) }))
  const kernels = members.map(({ kernel, name }) => asNumber(kernel, name))
  const [first] = members
  if (!first) throw new AppError('invalid_config', 'a constraint without columns')
  const { context } = first
  if (constraint.type === 'order') return orderColumns(kernels, constraint, context.capacity)
  const total = context.expression(constraint.equals, context.column.scale ?? 0)
  const cast = castKernel(total, context.column, context.capacity)
  return sumColumns(kernels, asNumber(cast, first.name), constraint.bounds, context.capacity)
}

/** Constraints are compiled when one of their columns is. */
export function createConstrainedColumns(
  table: ResolvedTable,
  surroundings: Surroundings,
): ConstrainedColumns {
  const kernels = new Map<string, Kernel>()
  const open = new Set<TableConstraint>()
  return {
    of(column) {
      const known = kernels.get(column)
      const constraint = table.constraints?.find(({ columns }) => columns.includes(column))
      if (known || !constraint) return known ?? null
      if (open.has(constraint)) {
        const names = constraint.columns.join(', ')
        throw new AppError(
          'invalid_config',
          `columns ${names} of table ${table.name} need themselves`,
        )
      }
      open.add(constraint)
      const { vectors, fill } = constrain(constraint, surroundings)
      surroundings.addStep(fill)
      constraint.columns.forEach((name, k) => {
        const vector = vectors[k]
        if (vector) kernels.set(name, { vector, fill: () => undefined })
      })
      return kernels.get(column) ?? null
    },
  }
}
