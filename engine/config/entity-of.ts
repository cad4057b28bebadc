// What `per` means in a table: the children of one parent, so many rows each, or the whole table.
import type { TableConfig } from './dataset-config.ts'
import type { Per } from './entity-rules.ts'

/**
 * A column stands for the foreign key that it is part of, if that has children; undefined for the foreign key with children,
 * if there is one. Null: the whole table.
 */
export function entityOf(per: string | number | undefined, { foreign_keys }: TableConfig): Per {
  if (typeof per === 'number') return { rows: per }
  const foreignKey = foreign_keys.findIndex(
    ({ children, child_columns }) =>
      children !== null && (per === undefined || child_columns.includes(per)),
  )
  return foreignKey < 0 ? null : { foreign_key: foreignKey }
}
