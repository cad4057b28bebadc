import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHealthServer } from './health.ts'
import type { SessionState } from './session-state.ts'

test('a worker is live at once, and ready while a coordinator gives it work', async (t) => {
  let state: SessionState = 'connecting'
  const server = await startHealthServer({ state: () => state }, { port: 0 })
  t.after(() => server.close())
  const ask = async (path: string) =>
    (await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'GET' })).status
  assert.deepEqual([await ask('/live'), await ask('/ready'), await ask('/')], [200, 503, 404])
  state = 'serving'
  assert.equal(await ask('/ready'), 200)
  state = 'stopped'
  assert.deepEqual([await ask('/live'), await ask('/ready')], [200, 503])
})

test('a port that is taken is an error, not silence', async (t) => {
  const server = await startHealthServer({ state: () => 'connecting' }, { port: 0 })
  t.after(() => server.close())
  await assert.rejects(
    startHealthServer({ state: () => 'connecting' }, { port: server.port }),
    /EADDRINUSE/,
  )
})
