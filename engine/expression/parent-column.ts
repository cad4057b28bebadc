// parent.column: a column of the row that a foreign key refers to.

import { nameHint } from '#engine/config/problem.ts'
import type { Kernel, ParentRef, RuleContext } from '#engine/rules/kernel.ts'
import type { Nulls } from '#engine/rules/vector.ts'
import { ExpressionError } from './problem.ts'
import { kindOfColumn, type Typed, typed } from './typed.ts'

const listed = (names: readonly string[], property: string): string =>
  [...new Set(names)].map((name) => `${name}.${property}`).join(' or ')

/** The keys that a word before the point may mean: any for `parent`, else by table, else by child column. */
function keysOf(object: string, parents: readonly ParentRef[]): readonly ParentRef[] {
  if (object === 'parent') return parents
  const ofTable = parents.filter(({ table }) => table === object)
  if (ofTable.length > 0) return ofTable
  return parents.filter(({ childColumns }) => childColumns.includes(object))
}

function ambiguous(at: number, object: string, property: string, keys: readonly ParentRef[]) {
  const tables = keys.map(({ table }) => table)
  const oneTable = new Set(tables).size === 1
  const names = oneTable ? keys.flatMap(({ childColumns }) => childColumns.slice(0, 1)) : tables
  const what = object === 'parent' ? 'the table has' : `${object} is referred to by`
  return new ExpressionError(at, `${object}.${property}: ${what} ${keys.length} foreign keys`, {
    hint: `Write ${listed(names, property)}`,
  })
}

/** The one foreign key meant; ExpressionError where there is none, or several. */
export function parentOf(
  at: number,
  object: string,
  property: string,
  parents: readonly ParentRef[],
): ParentRef {
  const [key, ...more] = keysOf(object, parents)
  if (key && more.length === 0) return key
  if (key) throw ambiguous(at, object, property, [key, ...more])
  if (parents.length === 0) {
    const message = `${object}.${property}: the table has no foreign key`
    throw new ExpressionError(at, message, { hint: 'Write foreign_keys on the table' })
  }
  const valid = ['parent', ...parents.map(({ table }) => table)]
  throw new ExpressionError(at, `${object} is no table that a foreign key of this one refers to`, {
    hint: nameHint(object, [...new Set(valid)]),
  })
}

/** Null where the key is: a row without a parent. The key's own column sees its parent all the same. */
function ownNulls(key: ParentRef, context: RuleContext): Nulls[] {
  if (key.childColumns.includes(context.column.name)) return []
  return key.nullable.flatMap((name) => context.vector(name).nulls ?? [])
}

function kernelOf(key: ParentRef, column: string, context: RuleContext): Kernel {
  const vector = context.parent(key.foreignKey, column)
  const masks = [...ownNulls(key, context), ...(vector.nulls ? [vector.nulls] : [])]
  const [first, second] = masks
  if (first === undefined) return { vector, fill: () => undefined }
  if (second === undefined) return { vector: { ...vector, nulls: first }, fill: () => undefined }
  const nulls = new Uint8Array(context.capacity)
  return {
    vector: { ...vector, nulls },
    fill({ n }) {
      nulls.fill(0, 0, n)
      for (const mask of masks) {
        for (let i = 0; i < n; i++) nulls[i] = (nulls[i] as number) | (mask[i] as number)
      }
    },
  }
}

/** `object.property`; ExpressionError where it names no one column of one parent. */
export function parentColumn(
  at: number,
  object: string,
  property: string,
  parents: readonly ParentRef[],
): Typed {
  const key = parentOf(at, object, property, parents)
  const column = key.columns.find(({ name }) => name === property)
  if (!column) {
    const names = key.columns.map(({ name }) => name)
    const hint = nameHint(property, names)
    throw new ExpressionError(at, `${key.table} has no column ${property}`, { hint })
  }
  const build: Typed['build'] = ({ context }) => kernelOf(key, property, context)
  return { ...typed(at, kindOfColumn(column.type), build), uuid: column.type === 'uuid' }
}
