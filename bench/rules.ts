// How fast one core makes the values of each rule, one column at a time and nothing written. Rules come from the
// registry, with the examples of their own schemas, so that a new rule is measured without a word here; their other shapes
// from tables/shapes.yaml.

import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { RULES } from '#engine/config/rules/registry.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { BATCH_ROWS, valuesPerSecond } from './rate.ts'
import { measured, type Row } from './row.ts'
import { readShapes } from './shapes.ts'
import { say } from './support/say.ts'

const ROWS = 250 * BATCH_ROWS

/** Where a rule needs more than its own examples: columns beside it, or a parent. */
const MORE: Record<string, object> = {
  template: { value: 'order {a} of {b}' },
  expression: { value: 'a * b + 1' },
  reference: {},
  custom: { plugin: 'p', function: 'f' },
}

type Schema = { required?: string[]; properties: Record<string, { examples?: unknown[] }> }

function ruleOf(name: string, schema: Schema): object {
  const needed = (schema.required ?? []).filter((key) => key !== 'type')
  const parameters = needed.map((key) => [key, schema.properties[key]?.examples?.[0]])
  return { type: name, ...Object.fromEntries(parameters), ...MORE[name] }
}

/** A table whose column `value` has the rule, beside two small columns and a parent. */
function configOf(name: string): ResolvedConfig {
  const spec = RULES.get(name)
  if (!spec) throw new RangeError(`no rule ${name}`)
  const number = { type: 'int', rule: { type: 'range', min: 1, max: 1000 } }
  const config = {
    seed: 1,
    now: '2026-01-01T00:00:00Z',
    plugins: { p: 'function f({ random }) { return "S-" + Math.floor(random() * 1e6) }' },
    tables: [
      { name: 'parents', rows: 10_000, columns: [{ name: 'id', type: 'int', rule: 'sequence' }] },
      {
        name: 'values',
        rows: ROWS,
        columns: [
          { name: 'parent', type: 'int', constraints: ['FK'] },
          { name: 'a', ...number },
          { name: 'b', ...number },
          {
            name: 'value',
            type: name === 'reference' ? 'int' : spec.columnTypes[0],
            rule: name === 'reference' ? undefined : ruleOf(name, spec.schema as Schema),
            ...(name === 'reference' ? { constraints: ['FK'] } : {}),
          },
        ],
        foreign_keys: [
          { parent_table: 'parents', parent_column: 'id', child_column: 'parent' },
          ...(name === 'reference'
            ? [{ parent_table: 'parents', parent_column: 'id', child_column: 'value' }]
            : []),
        ],
      },
    ],
  }
  return resolveConfig(parseConfig(config).config, { now: 1_767_225_600 }).resolved
}

async function ruleRows(row: ReturnType<typeof measured>): Promise<Row[]> {
  const rows: Row[] = []
  for (const name of RULES.keys()) {
    try {
      rows.push(
        row(
          name,
          await valuesPerSecond({ config: configOf(name), counted: ['value'] }),
          'values/s',
        ),
      )
    } catch (error) {
      say(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return rows
}

/** Each rule by its examples, then the other shapes of rules. */
export async function rulesBench(): Promise<Row[]> {
  const row = measured('rules')
  const rows = await ruleRows(row)
  for (const shape of await readShapes(ROWS)) {
    const subject = shape.exempt === null ? shape.name : `${shape.name} (${shape.exempt})`
    rows.push(row(subject, await valuesPerSecond(shape), 'values/s'))
  }
  return rows
}
