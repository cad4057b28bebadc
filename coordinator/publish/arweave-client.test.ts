import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError, codeOf } from '#engine/errors.ts'
import { createArweaveClient, type Fetch } from './arweave-client.ts'
import { isRetryable } from './arweave-failure.ts'

const url = 'http://node.test'
const chunk = { data_root: 'r', data_size: '1', data_path: 'p', offset: '0', chunk: 'c' }

const refusals: [number, string, string, boolean][] = [
  [400, '{"error":"data_root_not_found"}', 'data_root_not_found', true],
  [400, '{"error":"exceeds_disk_pool_size_limit"}', 'exceeds_disk_pool_size_limit', true],
  [400, '{"error":"disk_full"}', 'disk_full', true],
  [400, 'Mempool is full.', 'mempool_is_full', true],
  [503, '{"error":"timeout"}', 'timeout', true],
  [503, '{"error":"not_joined"}', 'not_joined', true],
  [429, 'Too Many Requests', 'too_many_requests', true],
  [408, '', 'http_408', true],
  [502, '<html><body>Bad gateway</body></html>', 'html_body_bad_gateway_body_html', true],
  [400, '{"error":"invalid_proof"}', 'invalid_proof', false],
  [400, '{"error":"chunk_too_big"}', 'chunk_too_big', false],
  [400, 'Transaction verification failed.', 'transaction_verification_failed', false],
  [400, 'Invalid anchor (last_tx).', 'invalid_anchor_last_tx', false],
  [400, '{"error":', 'http_400', false],
  [413, 'Payload too large', 'payload_too_large', false],
  [302, '', 'http_302', false],
]

for (const [status, body, reason, retryable] of refusals) {
  test(`${status} ${reason} ${retryable ? 'passes with time' : 'is final'}`, async () => {
    const client = createArweaveClient({ fetch: answering(status, body) }, { url })
    await assert.rejects(client.postChunk(chunk), (error) => {
      assert.ok(error instanceof AppError)
      assert.equal(error.code, 'publish_failed')
      assert.deepEqual(error.details, { operation: 'post_chunk', reason, retryable, status })
      return isRetryable(error) === retryable
    })
  })
}

test('a node that cannot be reached, is silent or answers without end passes with time', async () => {
  const unreachable: Fetch = () => Promise.reject(new TypeError('fetch failed'))
  const silent: Fetch = (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    })
  const cases: [Fetch, string][] = [
    [unreachable, 'no_answer'],
    [silent, 'timeout'],
    [answering(200, 'x'.repeat(70_000)), 'no_answer'],
  ]
  for (const [fetch, reason] of cases) {
    const client = createArweaveClient({ fetch }, { url, timeoutMs: 20 })
    await assert.rejects(client.anchor(), (error) => {
      assert.equal((error as AppError).details['reason'], reason)
      return isRetryable(error)
    })
  }
})

test('the caller can cancel a call', async () => {
  const abort = new AbortController()
  const fetch: Fetch = () => {
    abort.abort()
    return Promise.reject(new Error('aborted'))
  }
  const client = createArweaveClient({ fetch }, { url })
  await assert.rejects(client.anchor({ signal: abort.signal }), (error) => {
    return codeOf(error) === 'cancelled'
  })
})

test('a guard in place of fetch keeps its own error', async () => {
  const guard: Fetch = () => Promise.reject(new AppError('forbidden', 'host not allowed'))
  const client = createArweaveClient({ fetch: guard }, { url })
  await assert.rejects(client.anchor(), (error) => codeOf(error) === 'forbidden')
})

test('replies are read as what they must be, and nothing else', async () => {
  const anchor = 'A'.repeat(64)
  const at = (status: number, body: string) =>
    createArweaveClient({ fetch: answering(status, body) }, { url: `${url}/` })
  assert.equal(await at(200, '240000000').price(1), 240_000_000n)
  assert.equal(await at(200, '0').balance('a'), 0n)
  assert.equal(await at(200, anchor).anchor(), anchor)
  assert.equal(await at(200, 'OK').postTransaction('{}'), 'accepted')
  assert.equal(await at(208, 'Transaction already processed.').postTransaction('{}'), 'known')
  assert.deepEqual(await at(404, 'Not Found.').status('i'), { state: 'unknown' })
  assert.deepEqual(await at(202, 'Pending').status('i'), { state: 'pending' })
  const block = { block_height: 7, block_indep_hash: 'h', number_of_confirmations: 3 }
  const confirmed = { state: 'confirmed', confirmations: 3, blockHeight: 7 }
  assert.deepEqual(await at(200, JSON.stringify(block)).status('i'), confirmed)
  assert.equal(at(200, '').dataUrl('id'), `${url}/id`)
  for (const page of ['<html>', '', '-1', '1e9', 'null', '{}']) {
    for (const call of ['price', 'balance', 'anchor', 'status'] as const) {
      await assert.rejects(invoke(at(200, page), call), /malformed_reply/)
    }
  }
})

test('each call asks for its path; posts send JSON; redirects are not followed', async () => {
  const seen: [string | undefined, string, unknown][] = []
  const fetch: Fetch = (address, init) => {
    seen.push([init.method, address.slice(url.length), init.body])
    assert.equal(init.redirect, 'manual')
    return Promise.resolve(new Response(address.endsWith('anchor') ? 'A'.repeat(43) : '1'))
  }
  const client = createArweaveClient({ fetch }, { url })
  await client.price(5)
  await client.price(5, { target: 'w' })
  await client.balance('w')
  await client.anchor()
  await client.postTransaction('{"id":"i"}')
  await client.postChunk(chunk)
  assert.deepEqual(seen, [
    ['GET', '/price/5', undefined],
    ['GET', '/price/5/w', undefined],
    ['GET', '/wallet/w/balance', undefined],
    ['GET', '/tx_anchor', undefined],
    ['POST', '/tx', '{"id":"i"}'],
    ['POST', '/chunk', JSON.stringify(chunk)],
  ])
})

function invoke(
  client: ReturnType<typeof createArweaveClient>,
  call: 'price' | 'balance' | 'anchor' | 'status',
): Promise<unknown> {
  if (call === 'price') return client.price(1)
  if (call === 'balance') return client.balance('a')
  return call === 'anchor' ? client.anchor() : client.status('i')
}

function answering(status: number, body: string): Fetch {
  return () => Promise.resolve(new Response(body, { status }))
}
