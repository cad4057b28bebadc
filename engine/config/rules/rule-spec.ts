// What one rule of the language is: the shape users write, the column types it suits, what to check, and how it
// becomes a rule of the resolved config. A new rule is one more of these in the registry.
import type { Static, TObject } from 'typebox'
import type { Per } from '../entity-rules.ts'
import type { Report } from '../problem.ts'
import type { ColumnType, Rule } from '../types.ts'

/** A rule whose shape was validated against its spec; parameters are still as the user wrote them. */
export type RuleInput = { type: string } & Record<string, unknown>

export type RuleCheck = {
  /** JSON pointer of the rule. */
  path: string
  columnType: ColumnType
  report: Report
  /**
   * A rule inside this rule, for the same column or one of another type; null where it is not usable, which the report
   * then says. `inArray` holds for all rules inside it.
   */
  nested: (written: unknown, path: string, as?: ColumnType, inArray?: boolean) => RuleInput | null
  /** The rule makes items of arrays, which are no rows. */
  inArray: boolean
}

export type Lowering = {
  columnType: ColumnType
  /** Digits that a decimal column declares; null for other types. */
  scale: number | null
  locale: string
  /** Whole seconds since 1970 UTC. */
  nowSeconds: number
  isColumn: (name: string) => boolean
  /** The column that is lowered, and whether its values may not repeat. */
  column: string
  unique: boolean
  /** Columns of the table and their rules; plain: it depends on no other column, and has this one rule. */
  others: readonly { name: string; rule: string | null; plain: boolean }[]
  /** A rule named in a template slot, with its defaults, as text. */
  lowerShort: (name: string) => Rule
  /** A rule inside this rule as it was written, for the same column or one of another type. */
  lowerNested: (written: unknown, as?: ColumnType) => Rule
  /** The rule of another column as it was written. */
  ruleOf: (column: string) => RuleInput | null
  /** The entity that `per` means: a column, rows, or what the table implies. */
  entity: (per: string | number | undefined) => Per
  reference: { table: string; column: string; foreignKey: number } | null
}

export type RuleSpec = {
  schema: TObject
  columnTypes: readonly ColumnType[]
  /** Other names of parameters, as other generators call them. */
  aliases: Record<string, string>
  /** Parameters of the language that this release does not have, with what works. */
  later: Record<string, string>
  /** True when the rule uses more of the language than this release has, and the report says so; before its shape is checked. */
  refuse: (rule: RuleInput, context: RuleCheck) => boolean
  check: (rule: RuleInput, context: RuleCheck) => void
  lower: (rule: RuleInput, context: Lowering) => Rule
}

type Definition<S extends TObject> = {
  schema: S
  columnTypes: readonly ColumnType[]
  aliases?: Record<string, string>
  later?: Record<string, string>
  refuse?: RuleSpec['refuse']
  check?: (rule: Static<S>, context: RuleCheck) => void
  lower: (rule: Static<S>, context: Lowering) => Rule
}

/** Ties a rule's functions to its schema's type. */
export function defineRule<S extends TObject>(definition: Definition<S>): RuleSpec {
  const { schema, columnTypes, aliases = {}, later = {}, refuse, check, lower } = definition
  return {
    schema,
    columnTypes,
    aliases,
    later,
    refuse: refuse ?? (() => false),
    check: (rule, context) => check?.(rule as Static<S>, context),
    lower: (rule, context) => lower(rule as Static<S>, context),
  }
}

export const NUMBER_TYPES: readonly ColumnType[] = ['int', 'float', 'decimal']
export const TEXT_TYPES: readonly ColumnType[] = ['str']
export const ANY_TYPE: readonly ColumnType[] = [
  'int',
  'float',
  'decimal',
  'str',
  'bool',
  'uuid',
  'date',
  'datetime',
  'time',
]
