// The development gateway judged from outside: arweave-js' own upload works, and nothing false gets in.

import assert from 'node:assert/strict'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Arweave from 'arweave'
import { createWallet } from '#coordinator/publish/arweave-wallet.ts'
import { fileOf, startFundedGateway, timesPaid } from './publication-fixture.ts'
import { spawnArweaveDev } from './spawn.ts'

const MIB = 1024 * 1024
const { dev, dataDir, wallet, remove } = await startFundedGateway()
after(remove)
const arweave = Arweave.init({ host: '127.0.0.1', port: dev.port, protocol: 'http' })

for (const size of [3, 256 * 1024, 2 * MIB + 77]) {
  test(`arweave-js uploads ${size} bytes and finds them again`, async () => {
    const { bytes } = fileOf(size)
    const transaction = await signed(bytes)
    const uploader = await arweave.transactions.getUploader(transaction)
    while (!uploader.isComplete) await uploader.uploadChunk()
    const { status, confirmed } = await arweave.transactions.getStatus(transaction.id)
    assert.deepEqual([status, confirmed?.number_of_confirmations], [200, 1])
    const shown = (await (await fetch(`${dev.url}/tx/${transaction.id}`)).json()) as object
    assert.equal(await arweave.transactions.verify(arweave.transactions.fromRaw(shown)), true)
    for (const path of [transaction.id, `raw/${transaction.id}`]) {
      const stored = await (await fetch(`${dev.url}/${path}`)).arrayBuffer()
      assert.ok(Buffer.from(stored).equals(bytes))
    }
    assert.equal(await timesPaid(dev.url, transaction.id), 1)
  })
}

test('wallets, prices and the network are answered as arweave-js expects them', async () => {
  const address = await arweave.wallets.jwkToAddress(wallet)
  assert.match(await arweave.wallets.getBalance(address), /^\d+$/)
  assert.equal(await arweave.wallets.getBalance('A'.repeat(43)), '0')
  const prices = [1, 262_144, 262_145].map((bytes) => arweave.transactions.getPrice(bytes))
  const [one, full, two] = (await Promise.all(prices)).map(BigInt)
  assert.ok(one === full && two === 2n * (one ?? 0n) && two > 0n)
  assert.equal((await arweave.network.getInfo()).network, 'arweave.dev')
  assert.equal((await fetch(`${dev.url}/nothing/here`)).status, 404)
})

const forgeries: [string, string, (json: TransactionJson) => object][] = [
  ['altered tags', 'tx_signature_not_valid', (json) => ({ ...json, tags: json.tags.slice(1) })],
  ['an altered reward', 'tx_signature_not_valid', (json) => ({ ...json, reward: '999999999999' })],
  ['an altered data root', 'tx_signature_not_valid', (json) => ({ ...json, data_root: json.id })],
  ['another id', 'tx_id_not_valid', (json) => ({ ...json, id: json.data_root })],
  [
    'another signature',
    'tx_id_not_valid',
    (json) => ({ ...json, signature: flip(json.signature) }),
  ],
  ['another owner', 'tx_signature_not_valid', (json) => ({ ...json, owner: flip(json.owner) })],
  [
    'an owner that is no key',
    'tx_signature_not_valid',
    (json) => ({ ...json, owner: 'A'.repeat(683) }),
  ],
  ['a short owner', 'tx_fields_too_large', (json) => ({ ...json, owner: 'AQAB' })],
  ['a size without a root', 'mismatch', (json) => ({ ...json, data_root: '' })],
  ['a transfer', 'not_a_data_transaction', (json) => ({ ...json, quantity: '1' })],
  ['format 1', 'unsupported_format', (json) => ({ ...json, format: 1 })],
  ['a missing field', 'bad_field_reward', (json) => ({ ...json, reward: undefined })],
  ['a list', 'unsupported_format', () => []],
]

test('forged transactions are refused and nobody pays', async (t) => {
  const transaction = await signed(fileOf(600_000).bytes)
  const json = transaction.toJSON()
  for (const [what, reason, forge] of forgeries) {
    await t.test(what, async () => assertRefused('/tx', forge({ ...json, data: '' }), reason))
  }
  assert.equal(await timesPaid(dev.url, transaction.id), 0)
})

test('well signed transactions are refused that pay too little, too late, for what is not there', async () => {
  const { bytes } = fileOf(300_000)
  const cheap = await signed(bytes, { reward: '479999999' })
  await assertRefused('/tx', { ...cheap.toJSON(), data: '' }, 'tx_too_cheap')
  const late = await signed(bytes, { last_tx: 'A'.repeat(64) })
  await assertRefused('/tx', { ...late.toJSON(), data: '' }, 'tx_bad_anchor')
  const poor = await signed(bytes, {}, await createWallet())
  await assertRefused('/tx', { ...poor.toJSON(), data: '' }, 'overspend')
  const other = {
    ...(await signed(bytes)).toJSON(),
    data: Buffer.from('other').toString('base64url'),
  }
  await assertRefused('/tx', other, 'invalid_data_root_size')
})

test('chunks are refused that are altered, misplaced or unknown; the rest completes the data', async () => {
  const { bytes } = fileOf(700_000)
  const transaction = await signed(bytes)
  const chunk = (index: number) => transaction.getChunk(index, bytes)
  await assertRefused('/chunk', chunk(0), 'data_root_not_found')
  assert.equal((await post('/tx', { ...transaction.toJSON(), data: '' })).status, 200)
  assert.equal((await fetch(`${dev.url}/${transaction.id}`)).status, 404)
  assert.equal((await fetch(`${dev.url}/tx/${transaction.id}/status`)).status, 202)

  const { chunk: data, data_path } = chunk(1)
  await assertRefused('/chunk', { ...chunk(1), chunk: flip(data) }, 'invalid_proof')
  await assertRefused('/chunk', { ...chunk(1), chunk: data.slice(0, -4) }, 'invalid_proof')
  await assertRefused('/chunk', { ...chunk(1), chunk: chunk(0).chunk }, 'invalid_proof')
  await assertRefused('/chunk', { ...chunk(1), data_path: flip(data_path) }, 'invalid_proof')
  await assertRefused('/chunk', { ...chunk(1), data_path: '' }, 'invalid_proof')
  await assertRefused('/chunk', { ...chunk(1), offset: chunk(0).offset }, 'invalid_proof')
  await assertRefused('/chunk', { ...chunk(1), offset: '700000' }, 'invalid_proof')
  await assertRefused('/chunk', { ...chunk(1), offset: '-1' }, 'offset_too_big')
  await assertRefused('/chunk', { ...chunk(1), data_size: '700001' }, 'data_root_not_found')
  await assertRefused('/chunk', { ...chunk(1), chunk: 'A'.repeat(400_000) }, 'chunk_too_big')
  await assertRefused('/chunk', { ...chunk(0), chunk: 'AAAA' }, 'chunk_proof_ratio_not_attractive')
  await assertRefused('/chunk', { ...chunk(1), chunk: 'not base64!' }, 'invalid_json')
  await assertRefused('/chunk', [], 'invalid_json')

  for (const index of [2, 0, 0, 1]) assert.equal((await post('/chunk', chunk(index))).status, 200)
  assert.equal((await fetch(`${dev.url}/tx/${transaction.id}/status`)).status, 200)
})

test('bodies that are not JSON or too long are refused', async () => {
  const text = await fetch(`${dev.url}/chunk`, { method: 'POST', body: '{"chunk":' })
  assert.deepEqual([text.status, await text.text()], [400, '{"error":"invalid_json"}'])
  for (const [path, bytes] of [
    ['/chunk', MIB + 1],
    ['/tx', 15 * MIB + 1],
  ] as const) {
    const response = await fetch(`${dev.url}${path}`, { method: 'POST', body: 'x'.repeat(bytes) })
    assert.deepEqual([response.status, await response.text()], [413, 'Payload too large'])
  }
})

test('a range, the head and the type of stored data are served', async () => {
  const { bytes } = fileOf(100_000)
  const transaction = await signed(bytes)
  await arweave.transactions.post(transaction)
  const url = `${dev.url}/${transaction.id}`
  const part = await fetch(url, { headers: { range: 'bytes=1000-1999' } })
  assert.deepEqual(
    [part.status, part.headers.get('content-range')],
    [206, 'bytes 1000-1999/100000'],
  )
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 2000)))
  const outside = await fetch(url, { headers: { range: 'bytes=100000-' } })
  assert.deepEqual([outside.status, outside.headers.get('content-range')], [416, 'bytes */100000'])
  const head = await fetch(url, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, '100000'])
  assert.equal(head.headers.get('content-type'), 'text/plain')
  assert.equal(head.headers.get('content-security-policy'), 'sandbox')
})

test('all is as it was after an orderly stop, a crash and a log cut off in mid-line', async () => {
  const { bytes } = fileOf(600_000)
  const transaction = await signed(bytes)
  await post('/tx', { ...transaction.toJSON(), data: '' })
  await post('/chunk', transaction.getChunk(0, bytes))
  const before = await snapshot(dev.url)
  assert.equal(await dev.stop('SIGTERM'), 0)
  await appendFile(join(dataDir, 'chunks.jsonl'), '{"key":"cut of')
  await appendFile(join(dataDir, 'ledger.jsonl'), '{')

  const crashed = await spawnArweaveDev({ dataDir })
  assert.deepEqual(await snapshot(crashed.url), before)
  await post('/chunk', transaction.getChunk(1, bytes), crashed.url)
  await crashed.stop('SIGKILL')

  const last = await spawnArweaveDev({ dataDir, confirmDelayMs: 3_600_000 })
  try {
    assert.equal((await fetch(`${last.url}/${transaction.id}`)).status, 404)
    await post('/chunk', transaction.getChunk(2, bytes), last.url)
    const stored = await (await fetch(`${last.url}/${transaction.id}`)).arrayBuffer()
    assert.ok(Buffer.from(stored).equals(bytes))
    assert.equal((await fetch(`${last.url}/tx/${transaction.id}/status`)).status, 202)
    assert.deepEqual(await snapshot(last.url), before)
  } finally {
    await last.stop()
  }
})

type Transaction = Awaited<ReturnType<typeof arweave.createTransaction>>
type TransactionJson = ReturnType<Transaction['toJSON']>

async function signed(
  data: Uint8Array,
  fields: { reward?: string; last_tx?: string } = {},
  key = wallet,
): Promise<Transaction> {
  const transaction = await arweave.createTransaction({ data, ...fields }, key)
  transaction.addTag('Content-Type', 'text/plain')
  await arweave.transactions.sign(transaction, key)
  return transaction
}

async function post(path: string, body: unknown, url = dev.url): Promise<Response> {
  return await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })
}

async function assertRefused(path: string, body: object, reason: string): Promise<void> {
  const response = await post(path, body)
  assert.equal(response.status, 400, await response.text())
  assert.match(response.headers.get('x-refusal') ?? '', new RegExp(reason))
}

async function snapshot(url: string): Promise<unknown[]> {
  const address = await arweave.wallets.jwkToAddress(wallet)
  const paths = ['/dev/payments', '/tx_anchor', `/wallet/${address}/balance`, '/info']
  return await Promise.all(paths.map(async (path) => await (await fetch(`${url}${path}`)).text()))
}

/** Changes the first character of a base64url text, so that its bytes differ and its length does not. */
function flip(text: string): string {
  return `${text.startsWith('x') ? 'y' : 'x'}${text.slice(1)}`
}
