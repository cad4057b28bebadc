// The columns of one table as they are evaluated together, batch by batch. A scope owns its buffers: a table
// that is written has one, and each foreign key has one for the parent rows that it looks at.

import type { Per } from './config/entity-rules.ts'
import type { ResolvedColumn, ResolvedTable, Rule } from './config/types.ts'
import { createConstrainedColumns } from './constraints.ts'
import { words } from './data/words.ts'
import { type Dataset, tableOf } from './dataset.ts'
import { AppError } from './errors.ts'
import { compileExpression } from './expression/compile.ts'
import {
  createForeignKeyScope,
  type ForeignKeyScope,
  groupedParents,
  keyOf,
} from './foreign-key.ts'
import { createJointColumns } from './joint-columns.ts'
import { NESTED_DRAW, NULL_DRAW, RULE_DRAW } from './random/draws.ts'
import type { Generator } from './random/generator.ts'
import { type StreamKey, streamKey } from './random/key.ts'
import { fillBelow, wordThreshold } from './random/uniform.ts'
import type { Rows } from './rows.ts'
import { castKernel } from './rules/cast.ts'
import { withFormat } from './rules/column-format.ts'
import { compileCondition } from './rules/condition.ts'
import { entitiesOf } from './rules/entities.ts'
import { fitLength } from './rules/fit-length.ts'
import type { IndexDraw } from './rules/index-draw.ts'
import type { Kernel, ParentRef, RuleContext } from './rules/kernel.ts'
import { withNulls } from './rules/nulls.ts'
import { compileRule } from './rules/registry.ts'
import { type Mask, selectKernel } from './rules/select.ts'
import type { Vector } from './rules/vector.ts'

export type Scope = {
  /** The column's vector; it and what it needs are evaluated from now on. */
  vector(column: string): Vector
  /** Fills the vectors asked for so far; at most `batchRows` rows. */
  evaluate(rows: Rows): void
}

function randomMask(random: Generator, key: StreamKey, rate: number, capacity: number): Mask {
  const mask = new Uint8Array(capacity)
  const threshold = wordThreshold(rate)
  return {
    mask,
    fill(rows) {
      const [word] = random.words(rows, { key, draw: NULL_DRAW }, 0)
      fillBelow(mask, word, rows.n, threshold)
    },
  }
}

/** 1 where a boolean kernel is true and not null. */
function truthMask(kernel: Kernel, capacity: number): Mask {
  const mask = new Uint8Array(capacity)
  const { vector } = kernel
  if (vector.kind !== 'number') throw new AppError('invalid_config', 'a condition must be boolean')
  return {
    mask,
    fill(rows) {
      kernel.fill(rows)
      const { values, nulls } = vector
      for (let i = 0; i < rows.n; i++) mask[i] = values[i] !== 0 && nulls?.[i] !== 1 ? 1 : 0
    },
  }
}

type Access = Pick<RuleContext, 'vector' | 'parent' | 'entity'>

function parentsOf({ config }: Dataset, table: ResolvedTable): ParentRef[] {
  return table.foreign_keys.map(({ parent_table, child_columns }, foreignKey) => ({
    table: parent_table,
    foreignKey,
    childColumns: child_columns,
    nullable: table.columns
      .filter(({ name, nullable }) => nullable && child_columns.includes(name))
      .map(({ name }) => name),
    columns: config.tables.find(({ name }) => name === parent_table)?.columns ?? [],
  }))
}

function createContext(
  dataset: Dataset,
  table: ResolvedTable,
  column: ResolvedColumn,
  capacity: number,
  access: Access,
): RuleContext {
  const key = streamKey(dataset.config.seed, table.name, column.name)
  const sole = table.columns.filter((other) => other.primary_key).length === 1
  let nested = NESTED_DRAW
  const within = (context: RuleContext): RuleContext => ({
    ...context,
    unique: false,
    stream: { key, draw: nested++ },
  })
  const context: RuleContext = {
    ...access,
    column,
    capacity,
    unique: column.unique || (column.primary_key && sole),
    rows: tableOf(dataset, table.name)[1].rows,
    random: dataset.random,
    plugins: dataset.config.plugins ?? {},
    sandbox: dataset.sandbox,
    learned: dataset.learned.get(table.name) ?? null,
    stream: { key, draw: RULE_DRAW },
    keyOf: (name) => streamKey(dataset.config.seed, table.name, name),
    columns: table.columns,
    parents: parentsOf(dataset, table),
    words,
    nested: (rule, as, random = dataset.random) => {
      const inner = { ...within(context), random }
      return compileRule(rule, as ? { ...inner, column: { ...column, ...as } } : inner)
    },
    expression: (text, decimals, result) =>
      compileExpression(text, decimals, within(context), result),
  }
  return context
}

/** A column's values: rule or conditional rules, brought to the column's type; nulls are not laid yet. */
function compileValues(context: RuleContext, joint: IndexDraw | null): Kernel {
  const { column, capacity } = context
  const fitted = (rule: Rule, within: RuleContext, compile: () => Kernel): Kernel => {
    const cast = (kernel: Kernel) => castKernel(kernel, column, capacity)
    return fitLength(rule, cast(compile()), () => cast(context.nested(rule)), within)
  }
  const branches = column.conditional_rules.map(({ condition, rule }) => ({
    when: compileCondition(condition, context.vector, capacity),
    kernel: fitted(rule, { ...context, unique: false }, () => context.nested(rule)),
  }))
  const place = joint ? { ...context, joint } : context
  const { rule } = column
  const own = rule
    ? fitted(rule, { ...context, unique: context.unique || joint !== null }, () =>
        compileRule(rule, place),
      )
    : null
  if (branches.length === 0 && !own) {
    throw new AppError('invalid_config', `column ${column.name} has no rule`)
  }
  return branches.length === 0 && own ? own : selectKernel(branches, own, capacity)
}

function layNulls(kernel: Kernel, context: RuleContext): Kernel {
  const { capacity } = context
  const { nullable } = context.column
  if (!nullable) return kernel
  const when =
    'rate' in nullable
      ? randomMask(context.random, context.stream.key, nullable.rate, capacity)
      : truthMask(context.expression(nullable.when, null), capacity)
  return withNulls(kernel, when, capacity)
}

/** The values as the column shows them. */
function layOut(kernel: Kernel, { column, capacity }: RuleContext): Kernel {
  return column.format === undefined ? kernel : withFormat(kernel, column.format, capacity)
}

/** An empty scope over a table, for batches of at most `batchRows` rows; `above`: scopes that it is inside of. */
export function createScope(dataset: Dataset, name: string, batchRows: number, above = 0): Scope {
  const [table] = tableOf(dataset, name)
  const steps: ((rows: Rows) => void)[] = []
  const vectors = new Map<string, Vector | null>()
  const keys = new Map<number, ForeignKeyScope>()
  const joint = createJointColumns(dataset, table, batchRows)
  const jointOf = (other: ResolvedTable) => createJointColumns(dataset, other, batchRows)
  const parent = (index: number, column: string): Vector => {
    let key = keys.get(index)
    if (!key) {
      const inner = (parentTable: string) => createScope(dataset, parentTable, batchRows, above + 1)
      key = createForeignKeyScope(dataset, table, index, {
        batchRows,
        above,
        joint,
        inner,
        jointOf,
      })
      keys.set(index, key)
      steps.push(key.fill)
    }
    return key.vector(column)
  }
  const entity = (per: Per) =>
    entitiesOf(per, (index) => groupedParents(dataset, table, keyOf(table, index)))
  const contextOf = (columnName: string): RuleContext => {
    const column = table.columns.find((candidate) => candidate.name === columnName)
    if (column) return createContext(dataset, table, column, batchRows, { vector, parent, entity })
    throw new AppError('invalid_config', `column ${columnName} of table ${name} does not exist`)
  }
  const own = (columnName: string, context = contextOf(columnName)) => ({
    kernel: compileValues(context, joint.ofColumn(columnName)),
    context,
  })
  const constrained = createConstrainedColumns(table, { own, addStep: (fill) => steps.push(fill) })
  const vector = (columnName: string): Vector => {
    const known = vectors.get(columnName)
    if (known) return known
    if (known === null) {
      throw new AppError('invalid_config', `column ${columnName} of table ${name} needs itself`)
    }
    vectors.set(columnName, null)
    const context = contextOf(columnName)
    const values = constrained.of(columnName) ?? own(columnName, context).kernel
    const kernel = layOut(layNulls(values, context), context)
    steps.push(kernel.fill)
    vectors.set(columnName, kernel.vector)
    return kernel.vector
  }
  return {
    vector,
    evaluate(rows) {
      for (const step of steps) step(rows)
    },
  }
}
