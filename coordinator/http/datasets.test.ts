import assert from 'node:assert/strict'
import test from 'node:test'
import pino from 'pino'
import { datasetInput } from '#coordinator/datasets/dataset-input.ts'
import { type DatasetTableOptions, datasetTable } from '#coordinator/datasets/dataset-table.ts'
import { DATASET_DEFAULTS } from '#coordinator/datasets/settings.ts'
import { sweepOnce } from '#coordinator/parts/sweeper.ts'
import { openDataset } from '#engine/library.ts'
import { type Caller, joinProject, type RestApp, restApp } from '#test/support/rest-app.ts'
import { form, type Part } from '#test/support/upload.ts'

const PEOPLE = `id,email,age,city,balance,joined,vip
1001,ann.lee@example.org,31,Bonn,12.50,2024-01-31,yes
1002,bob@example.org,45,Bonn,7.25,2024-02-01,no
1003,cy@example.org,27,Köln,?,2024-03-15,no
1004,di@example.org,38,Köln,99.00,2024-04-30,yes
`

const fileOf = (value: string | Uint8Array, file = 'people.csv'): Part => ({
  name: 'file',
  value,
  file,
})

async function tableOf({ database, store }: RestApp, id: string, options?: DatasetTableOptions) {
  return await datasetTable(store, await datasetInput(database, id), options)
}

async function uploaded(rest: RestApp, caller: Caller, parts: readonly Part[], query = '') {
  return rest.call(caller, 'POST', `/api/datasets${query}`, form(parts))
}

test('an upload is answered with its columns, and nothing personal', async (t) => {
  const rest = await restApp(t)
  const answer = await uploaded(rest, rest.alice, [
    fileOf(PEOPLE),
    { name: 'name', value: 'Leute' },
  ])
  assert.equal(answer.status, 201, answer.text)
  const { json } = answer
  assert.equal(answer.headers['location'], `/api/datasets/${String(json['dataset_id'])}`)
  assert.partialDeepStrictEqual(json, {
    name: 'Leute',
    format: 'csv',
    rows: 4,
    project_id: rest.alice.projectId,
  })
  assert.match(answer.text, /"quoted_empty":"text"/)
  assert.doesNotMatch(answer.text, /"[a-z]+[A-Z][A-Za-z]*":/)
  const columns = json['columns'] as {
    name: string
    type: string
    semantic: unknown
    nulls: number
    examples: unknown[]
  }[]
  assert.deepEqual(
    columns.map(({ name, type, semantic, nulls }) => [name, type, semantic, nulls]),
    [
      ['id', 'id', null, 0],
      ['email', 'text', 'email', 0],
      ['age', 'integer', 'age', 0],
      ['city', 'category', 'city', 0],
      ['balance', 'decimal', null, 1],
      ['joined', 'date', null, 0],
      ['vip', 'category', null, 0],
    ],
  )
  assert.deepEqual(columns[0]?.examples, ['9999'])
  assert.deepEqual(columns[1]?.examples, [
    'xxx.xxx@xxxxxxx.xxx',
    'xxx@xxxxxxx.xxx',
    'xx@xxxxxxx.xxx',
  ])
  assert.deepEqual(columns[3]?.examples, ['Bonn', 'Köln'])
  const id = String(json['dataset_id'])
  const one = await rest.call(rest.alice, 'GET', `/api/datasets/${id}`)
  assert.deepEqual(one.json, json)
  const list = await rest.call(rest.alice, 'GET', '/api/datasets')
  assert.deepEqual(list.json, { datasets: [json], page: 1, page_size: 20, total: 1 })
  const preview = await rest.call(rest.alice, 'GET', `/api/datasets/${id}/preview`)
  assert.deepEqual((preview.json['rows'] as unknown[])[2], [
    '9999',
    'xx@xxxxxxx.xxx',
    '27',
    'Köln',
    null,
    '2024-03-15',
    'no',
  ])
  for (const { text } of [answer, one, list, preview])
    assert.doesNotMatch(text, /ann\.lee|bob@|1001|1004/)
})

test('the row of a dataset holds no personal value either', async (t) => {
  const rest = await restApp(t)
  await uploaded(rest, rest.alice, [fileOf(PEOPLE)])
  const [row] = await rest.database.query<{ row: string }>('select d::text as row from datasets d')
  assert.doesNotMatch(String(row?.row), /ann\.lee|bob@|1001|1004/)
})

test('the same table comes back, whole or as a sample', async (t) => {
  const rest = await restApp(t)
  const { json } = await uploaded(rest, rest.alice, [fileOf(PEOPLE)])
  const id = String(json['dataset_id'])
  const table = await tableOf(rest, id)
  assert.deepEqual([table.name, table.rows, table.columns.length], ['people', 4, 7])
  assert.partialDeepStrictEqual(table.columns[4], {
    kind: 'number',
    values: new Float64Array([12.5, 7.25, Number.NaN, 99]),
  })
  const sample = await tableOf(rest, id, { maxRows: 2, seed: 3 })
  assert.equal(sample.rows, 2)
  const input = await datasetInput(rest.database, id)
  assert.partialDeepStrictEqual(input, {
    bytes: Buffer.byteLength(PEOPLE),
    rows: 4,
    projectId: rest.alice.projectId,
  })
  assert.equal(input.sha256, json['sha256'])
  assert.deepEqual(
    input.fields.map(({ name }) => name),
    ['id', 'email', 'age', 'city', 'balance', 'joined', 'vip'],
  )
})

test('Parquet, whose footer comes last, is read from the store', async (t) => {
  const rest = await restApp(t)
  const config =
    'seed: 1\nrows: 3000\noutput: {format: parquet}\ntables: [{name: t, columns: [{name: a, type: int, rule: {type: range, min: 1, max: 900}}]}]'
  const file = Buffer.concat(await Array.fromAsync((await openDataset(config)).table('t').bytes()))
  const { status, json } = await uploaded(rest, rest.alice, [fileOf(file, 'numbers.parquet')])
  assert.equal(status, 201)
  assert.partialDeepStrictEqual(json, { name: 'numbers', format: 'parquet', rows: 3000 })
  const table = await tableOf(rest, String(json['dataset_id']))
  assert.equal(table.rows, 3000)
})

test('a file of several leaves is kept by the sweep until its dataset is deleted, and is nowhere public', async (t) => {
  const rest = await restApp(t)
  const big = `a,b\n${'17,some words that repeat\n'.repeat(120_000)}`
  const { json } = await uploaded(rest, rest.alice, [fileOf(big, 'big.csv')])
  const id = String(json['dataset_id'])
  const { cid } = await datasetInput(rest.database, id)
  const sweep = () =>
    sweepOnce({ ...rest, log: pino({ level: 'silent' }) }, AbortSignal.timeout(20_000), -1000)
  await sweep()
  assert.equal((await tableOf(rest, id)).rows, 120_000)
  for (const who of [null, rest.bob, rest.alice]) {
    const { status } = await rest.call(who, 'GET', `/ipfs/${cid}`)
    assert.equal(status, 404)
  }
  assert.equal((await rest.call(rest.alice, 'DELETE', `/api/datasets/${id}`)).status, 204)
  await sweep()
  assert.equal(await rest.store.get(cid), null)
  await assert.rejects(tableOf(rest, id), { code: 'not_found' })
})

test('a dataset of somebody else looks like one that does not exist; viewers look and do not delete', async (t) => {
  const rest = await restApp(t)
  const { json } = await uploaded(rest, rest.alice, [fileOf(PEOPLE)])
  const url = `/api/datasets/${String(json['dataset_id'])}`
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/preview'],
    ['DELETE', ''],
  ] as const) {
    assert.equal((await rest.call(rest.bob, method, `${url}${path}`)).status, 404)
    assert.equal((await rest.call(rest.bob, method, `/api/datasets/dat_none${path}`)).status, 404)
    assert.equal((await rest.call(null, method, `${url}${path}`)).status, 401)
  }
  assert.equal((await rest.call(rest.bob, 'GET', '/api/datasets')).json['total'], 0)
  const refused = await uploaded(
    rest,
    rest.bob,
    [fileOf(PEOPLE)],
    `?project_id=${rest.alice.projectId}`,
  )
  assert.equal(refused.status, 404)
  await joinProject(
    rest.database,
    { userId: rest.bob.userId, projectId: rest.alice.projectId },
    'viewer',
  )
  assert.equal((await rest.call(rest.bob, 'GET', url)).status, 200)
  assert.equal((await rest.call(rest.bob, 'DELETE', url)).status, 403)
  assert.equal((await rest.call(rest.alice, 'DELETE', url)).status, 204)
  assert.equal((await rest.call(rest.alice, 'GET', url)).status, 404)
})

test('a broken file is refused with its place, or kept as far as it goes', async (t) => {
  const rest = await restApp(t)
  const broken = 'a,b\n1,2\n3,4\n5,"six\n'
  const refused = await uploaded(rest, rest.alice, [fileOf(broken)])
  assert.equal(refused.status, 400)
  const [problem] = refused.json['errors'] as { line: number; hint: string }[]
  assert.deepEqual([problem?.line, typeof problem?.hint], [4, 'string'])
  const kept = await uploaded(rest, rest.alice, [
    { name: 'keep', value: 'rows_before_break' },
    fileOf(broken),
  ])
  assert.equal(kept.status, 201)
  assert.equal(kept.json['rows'], 2)
  assert.match(String(kept.json['warnings']), /breaks after 2 rows/)
  assert.equal((await tableOf(rest, String(kept.json['dataset_id']))).rows, 2)
})

test('what is no upload is refused', async (t) => {
  const rest = await restApp(t)
  const post = (parts: readonly Part[], query = '') => uploaded(rest, rest.alice, parts, query)
  assert.equal(
    (await rest.call(rest.alice, 'POST', '/api/datasets', { body: { a: 1 } })).status,
    400,
  )
  assert.equal((await post([{ name: 'name', value: 'x' }])).status, 400)
  assert.equal((await post([{ ...fileOf(PEOPLE), name: 'data' }])).status, 400)
  assert.equal((await post([fileOf(PEOPLE), fileOf(PEOPLE)])).status, 400)
  assert.equal((await post([fileOf(PEOPLE), { name: 'keep', value: 'nothing' }])).status, 400)
  assert.equal((await post([fileOf('')])).status, 400)
  const bad = await post([fileOf(PEOPLE)], '?keep=all&delimiter=ab')
  assert.equal(bad.status, 400)
  assert.equal((bad.json['errors'] as unknown[]).length, 2)
  const cut = form([fileOf(PEOPLE)])
  const half = await rest.call(rest.alice, 'POST', '/api/datasets', {
    ...cut,
    body: cut.body.subarray(0, 200),
  })
  assert.equal(half.status, 400)
  assert.equal((await rest.call(rest.alice, 'GET', '/api/datasets')).json['total'], 0)
})

test('a project has room for so many bytes', async (t) => {
  const rest = await restApp(t, {
    datasets: { ...DATASET_DEFAULTS, projectBytesMax: 1.5 * PEOPLE.length },
  })
  const statuses = [201, 413]
  for (const status of statuses) {
    const answer = await uploaded(rest, rest.alice, [fileOf(PEOPLE)])
    assert.equal(answer.status, status, answer.text)
  }
  const few = await restApp(t, { datasets: { ...DATASET_DEFAULTS, fileBytesMax: 10 } })
  assert.equal((await uploaded(few, few.alice, [fileOf(PEOPLE)])).status, 413)
})

test('a repeated upload makes one dataset', async (t) => {
  const rest = await restApp(t)
  const post = (file: string, query = '') => {
    const { body, headers } = form([fileOf(file)])
    return rest.call(rest.alice, 'POST', `/api/datasets${query}`, {
      body,
      headers: { ...headers, 'idempotency-key': 'once' },
    })
  }
  const [first, second] = [await post(PEOPLE), await post(PEOPLE)]
  assert.deepEqual([first.status, second.status], [201, 201])
  assert.deepEqual(second.json, first.json)
  assert.equal(second.headers['idempotency-replayed'], 'true')
  const sameLength = PEOPLE.replace('1', '2')
  assert.notEqual(sameLength, PEOPLE)
  assert.equal((await post(sameLength)).status, 422)
  assert.equal((await post(PEOPLE, '?name=other')).status, 422)
  assert.equal((await rest.call(rest.alice, 'GET', '/api/datasets')).json['total'], 1)
})
