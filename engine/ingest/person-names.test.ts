// Names of people under titles that say nothing, and what must not be taken for them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listOf } from '#engine/data/lists.ts'
import { words } from '#engine/data/words.ts'
import { inferFields } from './infer-fields.ts'
import { readRecords } from './read-records.ts'

const split = (text: string): string[] => text.split('; ')
const PEOPLE = split(
  "James Smith; Dr. Maria Garcia; Wei Chen; Fatima Khan; Miller, Ann; JOHN BROWN; Anna-Maria Schmidt; Robert Taylor Jr.; Sofia Rossi; Peter Novak; Emily Watson; Zyx Qwrtz; Liam O'Brien; Ingrid Larsson",
)
const FIRST = split(
  'James; Maria; Robert; Linda; Michael; Susan; David; Karen; Thomas; Nancy; Daniel; Lisa; Paul; Anna; Mark; Sandra; George; Emma; Steven; Laura; Edward; Sarah; Brian; Julia; Peter; Helen',
)
const LAST = split(
  'Smith; Johnson; Williams; Brown; Jones; Miller; Davis; Wilson; Anderson; Taylor; Moore; Jackson; Martin; Lee; Thompson; White; Harris; Clark; Lewis; Robinson; Walker; Hall; Allen; Young; King; Wright',
)

/** Semantic of a column of these values, in quotes, under a title that says nothing. */
async function semanticOf(values: readonly string[], title = 'x7'): Promise<string | null> {
  const lines = [title, ...values.map((value) => `"${value.replaceAll('"', '""')}"`)].join('\n')
  const source = (async function* () {
    yield Buffer.from(lines)
  })()
  const form = { format: 'csv', csv: { delimiter: ',', header: true } } as const
  const { columns } = await inferFields(await readRecords(source, { form }))
  return columns[0]?.field.semantic ?? null
}

test('names are recognised by what they are, once or again and again', async () => {
  assert.equal(await semanticOf(PEOPLE), 'full_name')
  assert.equal(await semanticOf([...PEOPLE, ...PEOPLE, ...PEOPLE]), 'full_name')
  assert.equal(await semanticOf(FIRST), 'first_name')
  assert.equal(await semanticOf(LAST, 'name'), 'last_name')
  assert.equal(
    await semanticOf([...FIRST, ...FIRST.map((name) => name.toUpperCase())]),
    'first_name',
  )
})

test('words, places, things and a few levels are not taken for names', async () => {
  const many = [
    ...['en', 'de', 'fr', 'es', 'it', 'pl', 'nl', 'tr', 'ja'].map((locale) => words(locale).city),
    ...(['color', 'word', 'lorem'] as const).map((name) => listOf('en', 'text', name)),
    ...(['state', 'country', 'street_suffix'] as const).map((name) => listOf('en', 'places', name)),
    listOf('en', 'trade', 'product_noun'),
    listOf('en', 'people', 'department'),
    split('January; February; March; April; May; June; July; August; September; October'),
    split('Red; Rose; Violet; Amber; Olive; Ruby; Jade; Scarlett; Hazel; Gray; Brown; White'),
    split('Ford; Toyota; Bentley; Mercedes; Lincoln; Dodge; Tesla; Ferrari; Porsche; Royce; Opel'),
    split('Baker; Cook; Mason; Farmer; Carpenter; Clerk; Fisher; Taylor; Nurse; Teacher; Driver'),
    split('Private; Bachelors; Husband; Wife; Sales; Divorced; Male; Female; Never-married; Other'),
    split('New York; San Francisco; Los Angeles; Fort Worth; San Diego; Santa Ana; St. Paul'),
    split(
      'Murray Hill; Lenox Hill West; Clinton East; Lincoln Square East; Midtown Center; Sutton',
    ),
    split('will pay; may come; grant access; mark done; rob bank; bill paid; sue them; jack up'),
  ]
  for (const values of many) {
    const found = await semanticOf(values)
    assert.ok(!found?.endsWith('_name'), `${values.slice(0, 5).join()}: ${found}`)
    const repeated = [...values, ...values, ...values]
    assert.ok(!(await semanticOf(repeated))?.endsWith('_name'), values.slice(0, 5).join())
  }
})
