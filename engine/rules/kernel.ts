// What a rule compiles to, and what it may use while it does.

import type { Per } from '#engine/config/entity-rules.ts'
import type { ColumnType, ResolvedColumn, Rule } from '#engine/config/types.ts'
import type { Words } from '#engine/data/words.ts'
import type { LearnedRows } from '#engine/learned-rows.ts'
import type { Generator, Stream } from '#engine/random/generator.ts'
import type { StreamKey } from '#engine/random/key.ts'
import type { Rows } from '#engine/rows.ts'
import type { Sandbox } from '#engine/sandbox/sandbox.ts'
import type { EntityRows } from './entities.ts'
import type { IndexDraw } from './index-draw.ts'
import type { NumberVector, Vector } from './vector.ts'

/** Fills its vector for a batch of rows. Vectors it was compiled from are already filled. */
export type Kernel<V extends Vector = Vector> = {
  readonly vector: V
  readonly fill: (rows: Rows) => void
}

export type ColumnRef = { name: string; type: ColumnType }

/** A foreign key as expressions see it: where the columns of the parent row come from. */
export type ParentRef = {
  readonly table: string
  /** Its index among the foreign keys of the table. */
  readonly foreignKey: number
  readonly childColumns: readonly string[]
  /** Of these, those that may be null: such a row has no parent. */
  readonly nullable: readonly string[]
  /** Columns of the parent table. */
  readonly columns: readonly ColumnRef[]
}

export type RuleContext = {
  /** The column whose values are made. */
  readonly column: ResolvedColumn
  /** Entries that vectors must hold. */
  readonly capacity: number
  /** Values must not repeat within the table. */
  readonly unique: boolean
  /** Rows of the table: what unique values are checked against, and nothing else. */
  readonly rows: number
  /** Draws in place of the rule's own, where values do not repeat together with those of other columns. */
  readonly joint?: IndexDraw
  readonly random: Generator
  /** Where this rule draws from; no other rule of the dataset draws there. */
  readonly stream: Stream
  /** The key under which a column of the same table draws. */
  readonly keyOf: (column: string) => StreamKey
  /** Columns of the same table. */
  readonly columns: readonly ColumnRef[]
  /** The foreign keys of the table, in their order. */
  readonly parents: readonly ParentRef[]
  /** Sources of plug-ins by name, and what runs them; null where the caller brought none. */
  readonly plugins: Readonly<Record<string, string>>
  readonly sandbox: Sandbox | null
  /** Where learned values come from; null where the caller brought no model. */
  readonly learned: LearnedRows | null
  readonly words: (locale: string) => Words
  /** Another column of the same row, nulls included. AppError `invalid_config` where columns need each other. */
  readonly vector: (column: string) => Vector
  /** The value of a parent's column for the parent row of each row. */
  readonly parent: (foreignKey: number, column: string) => Vector
  /**
   * A rule inside this rule, with a place of its own to draw from; `as` is the column that it fills, `random` what it
   * draws by.
   */
  readonly nested: (
    rule: Rule,
    as?: Pick<ResolvedColumn, 'type' | 'scale'>,
    random?: Generator,
  ) => Kernel
  /** Where rows stand in their entities, and counters of an entity that are enough for every rank's draw. */
  readonly entity: (per: Per) => { entities: EntityRows; stride: number }
  /** An expression over the columns of the row, with a place of its own to draw from. */
  readonly expression: (text: string, decimals: number | null, result?: ColumnType) => Kernel
}

/** The member of the rule union with this type. */
export type RuleOf<T extends Rule['type'], R extends Rule = Rule> = R extends Rule
  ? T extends R['type']
    ? R
    : never
  : never

export type RuleCompiler<T extends Rule['type']> = (rule: RuleOf<T>, context: RuleContext) => Kernel

/** A kernel of numbers. */
export type NumberKernel = Kernel<NumberVector>
