// A profile as a sample for configs: some columns of the config that imitates it, whole without the others.

import type { Sample } from '#engine/config/samples.ts'
import { namesInExpression } from '#engine/expression/names.ts'
import { columnFor, type WrittenColumn } from './column-config.ts'
import type { Profile } from './profile.ts'
import { columnOf, type WrittenTable } from './written-config.ts'

/** `written` is the table of the profile's config. */
export function sampleOf({ columns, rows }: Profile, written: WrittenTable): Sample {
  return {
    columns: columns.map(({ name }) => name),
    take(names) {
      const isKept = (name: string): boolean => names.has(name)
      const constraints = (written.constraints ?? []).filter((one) =>
        namesInConstraint(one).every(isKept),
      )
      const combined = new Set(constraints.flatMap(({ fixed }) => fixed as string[] | undefined))
      return {
        columns: columns
          .filter(({ name }) => isKept(name))
          .map((column) => {
            const whole = columnOf(written, column.name)
            const stands = whole.rule !== undefined || combined.has(column.name)
            return stands && namesInColumn(whole).every(isKept) ? whole : columnFor(column, rows)
          }),
        constraints,
      }
    },
  }
}

/** Other columns that a column is made from. */
function namesInColumn({ rule, nullable }: WrittenColumn): string[] {
  const texts = [
    rule?.['type'] === 'expression' ? rule['value'] : undefined,
    typeof nullable === 'object' ? nullable.when : undefined,
  ]
  return texts.flatMap((text) => (typeof text === 'string' ? namesInExpression(text).columns : []))
}

function namesInConstraint({ fixed, check }: Record<string, unknown>): string[] {
  return [
    ...(Array.isArray(fixed) ? (fixed as string[]) : []),
    ...(typeof check === 'string' ? namesInExpression(check).columns : []),
  ]
}
