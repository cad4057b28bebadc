// The configs that the documents show are run, and the files that they name exist: a reader who follows a page gets
// what it says.

import assert from 'node:assert/strict'
import { existsSync, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { publishedSchema } from '#engine/config/published-schema.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { RULE_NAMES } from '#engine/config/rules/registry.ts'
import { OPERATORS } from '#engine/config/schema-conditions.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { FUNCTION_NAMES } from '#engine/expression/functions.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { previewTable } from '#engine/preview.ts'
import { configFromProfile } from '#engine/profile/config-from-profile.ts'
import { profileTable } from '#engine/profile/profiler.ts'
import { sampleOf } from '#engine/profile/sample.ts'
import { loadSandbox } from '#engine/sandbox/sandbox.ts'
import { generateTable } from '#engine/testing/generated-table.ts'
import { SHOP, SHOP_FIELDS } from '#engine/testing/odd-shop.ts'

const ROOT = new URL('../', import.meta.url)
const validate = new Ajv2020().compile(JSON.parse(publishedSchema()) as object)
const sandbox = await loadSandbox()
const NOW = 1_767_225_600
const ROWS_SHOWN = 20

const { profile } = profileTable(await generateTable(SHOP, SHOP_FIELDS))
const [shop = assert.fail()] = configFromProfile(profile).tables
const samples = new Map([['ds_1', sampleOf(profile, shop)]])

/** `file`: the text block behind it with the rows that it makes, if there is one. */
type Block = { line: number; text: string; file: string | null }

function blocksOf(document: string): Block[] {
  const pattern = /^```yaml\n([\s\S]*?)^```\n(?:\n?```(?:csv|jsonl|json|sql)\n([\s\S]*?)^```)?/gm
  return [...document.matchAll(pattern)].map(([, text = '', file], i, all) => ({
    line: document.slice(0, all[i]?.index).split('\n').length,
    text,
    file: file ?? null,
  }))
}

/** A block that is a list of columns stands for a table of them. */
function configOf({ text }: Block): string {
  if (!text.startsWith('- ')) return text
  const columns = text.replaceAll(/^(?=.)/gm, '    ')
  return `seed: 1\ntables:\n- name: t\n  rows: ${ROWS_SHOWN}\n  columns:\n${columns}`
}

function resolved(block: Block): ResolvedConfig {
  const { config, problems, warnings } = parseConfig(configOf(block), { samples })
  assert.deepEqual([problems, warnings], [[], []])
  return resolveConfig(config, { now: NOW }).resolved
}

function fileOf(config: ResolvedConfig, table: string): string {
  const out = new Output(1 << 20)
  writeChunk(compile(config, planConfig(config), { sandbox }).table(table), 0, out)
  return Buffer.from(out.bytes()).toString()
}

function check(block: Block): void {
  assert.ok(validate(parse(configOf(block))), JSON.stringify(validate.errors))
  const config = resolved(block)
  for (const { name } of config.tables) {
    const { columns, rows } = previewTable(config, name, ROWS_SHOWN, { sandbox })
    for (const row of rows) assert.equal(row.length, columns.length)
  }
  const last = config.tables.at(-1)?.name ?? ''
  if (block.file !== null)
    assert.ok(fileOf(config, last).startsWith(block.file.trimEnd()), fileOf(config, last))
}

for (const page of ['README.md', 'docs/config.md'])
  suite(`the configs of ${page}`, async () => {
    const blocks = blocksOf(await readFile(new URL(page, ROOT), 'utf8'))
    test('there are some', () => assert.notEqual(blocks.length, 0))
    for (const block of blocks) test(`line ${block.line}`, () => check(block))
  })

test('docs/config.md shows every rule, operator and function that there is', async () => {
  const page = await readFile(new URL('docs/config.md', ROOT), 'utf8')
  const shown = blocksOf(page)
    .map(({ text }) => text)
    .join('\n')
  const isShort = (name: string): boolean => new RegExp(`rule: "?${name}\\b`).test(shown)
  const missing = [
    ...RULE_NAMES.filter((name) => !shown.includes(`type: ${name},`) && !isShort(name)),
    ...OPERATORS.filter((name) => !shown.includes(`operator: "${name}"`)),
    ...FUNCTION_NAMES.filter((name) => !shown.includes(`${name}(`)),
  ]
  assert.deepEqual(missing, [])
})

test('the files that the pages name exist', async () => {
  const options = { cwd: ROOT, exclude: (name: string) => name === 'node_modules' }
  const pages = globSync(['*.md', 'docs/**/*.md', 'examples/*.md'], options)
  assert.ok(pages.length > 10)
  const named =
    /\b(?:coordinator|worker|engine|proto|scripts|test|bench|docs|examples)\/[\w./-]+\.\w+/g
  for (const page of pages) {
    const text = await readFile(new URL(page, ROOT), 'utf8')
    const missing = (text.match(named) ?? []).filter((file) => !existsSync(new URL(file, ROOT)))
    assert.deepEqual([page, missing], [page, []])
  }
})
