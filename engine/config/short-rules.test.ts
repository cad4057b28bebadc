import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parseConfig } from './parse.ts'
import { publishedSchema } from './published-schema.ts'
import { RULE_ALIASES, RULES } from './rules/registry.ts'

const validate = new Ajv2020().compile(JSON.parse(publishedSchema()) as object)

/** With a key, for the rule that follows one. */
const configOf = (rule: string, type: string) => ({
  tables: [
    {
      name: 'p',
      columns: [{ name: 'id', type, constraints: ['PK'], rule: { type: 'constant', value: 1 } }],
    },
    {
      name: 't',
      foreign_keys: rule === 'reference' ? [{ parent_table: 'p', child_column: 'c' }] : [],
      columns: [{ name: 'c', type, rule }],
    },
  ],
})

const ownProblems = (config: object) =>
  parseConfig(config).problems.filter(({ path }) => path.startsWith('/tables/1'))

test('every rule works as its bare name, or says which parameters it needs; the schema agrees', () => {
  for (const [name, { schema, columnTypes }] of RULES) {
    const needed = (schema.required ?? []).filter((key) => key !== 'type')
    for (const type of columnTypes) {
      const config = configOf(name, type)
      const problems = ownProblems(config)
      assert.equal(validate(config), needed.length === 0, name)
      if (needed.length === 0) assert.deepEqual(problems, [], name)
      else {
        assert.deepEqual(
          problems.map(({ path, message }) => [path, message]),
          [['/tables/1/columns/0/rule', `The rule ${name} needs ${needed.join(' and ')}`]],
        )
        for (const key of needed) assert.match(problems[0]?.hint ?? '', new RegExp(`${key}: `))
      }
    }
  }
})

test('other names of a rule work as the bare name where it does', () => {
  for (const [alias, name] of Object.entries(RULE_ALIASES)) {
    const type = RULES.get(name)?.columnTypes[0] ?? 'str'
    const [ours, theirs] = [name, alias].map((rule) =>
      ownProblems(configOf(rule, type)).map(({ message }) => message),
    )
    assert.deepEqual(theirs, ours, alias)
  }
})
