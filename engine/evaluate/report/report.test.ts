import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Table } from '#engine/table/table.ts'
import { categoryColumn, numberColumn, tableOf, textColumn } from '../../testing/columns.ts'
import { evaluate } from '../evaluate.ts'
import { renderEvaluation } from './report.ts'

const HOSTILE = `</td></svg><script>alert(1)</script>"'\0&amp;`
const ROWS = 60

function tableWith(name: string, shift: number): Table {
  const list = <T>(of: (i: number) => T): T[] => Array.from({ length: ROWS }, (_, i) => of(i))
  return tableOf([
    numberColumn(
      `${name}n`,
      list((i) => (i % 9 === 0 ? null : i + shift)),
    ),
    numberColumn(
      `${name}d`,
      list((i) => 19_000 + i * shift),
      { type: 'date', decimals: 0 },
    ),
    numberColumn(
      `${name}t`,
      list((i) => 1.7e9 + i * 3600),
      { type: 'datetime', decimals: 0 },
    ),
    numberColumn(
      `${name}h`,
      list((i) => i * 600),
      { type: 'time', decimals: 0 },
    ),
    categoryColumn(
      `${name}c`,
      list((i) => (i % 3 === 0 ? `${name}level` : 'other')),
    ),
    textColumn(
      `${name}id`,
      list((i) => `private ${i}`),
      { type: 'id' },
    ),
    textColumn(
      `${name}mail`,
      list((i) => `private ${i}`),
      { semantic: 'email' },
    ),
  ])
}

async function pageOf(name: string): Promise<string> {
  const { signal } = new AbortController()
  const options = { holdout: tableWith(name, 3), seed: 1, signal }
  return renderEvaluation(await evaluate(tableWith(name, 1), tableWith(name, 2), options), {
    title: name,
  })
}

const plain = await pageOf('x')

test('hostile names and levels never become markup', async () => {
  const shape = (page: string): string[] =>
    (page.match(/<[^>]*>/g) ?? []).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'))
  assert.deepEqual(shape(await pageOf(HOSTILE)), shape(plain))
})

test('the page has verdict, scores, plots and attacks, and no value of personal columns', () => {
  for (const title of ['Verdict', 'Scores', 'Columns', 'Pairs of columns', 'Privacy'])
    assert.ok(plain.includes(`>${title}</h2>`), title)
  assert.equal(plain.match(/<svg/g)?.length, 5 + 3)
  assert.match(plain, /Membership attack, advantage/)
  assert.match(plain, /2022-0\d-\d\d/)
  assert.ok(!plain.includes('private '))
  assert.doesNotMatch(plain, /<script|undefined|NaN|\[object/)
})

test('an evaluation of nothing has a page too', async () => {
  const { signal } = new AbortController()
  const nothing = tableOf([])
  const page = renderEvaluation(await evaluate(nothing, nothing, { seed: 1, signal }))
  assert.match(page, /fewer than two columns/)
})
