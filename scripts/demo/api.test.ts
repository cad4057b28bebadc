import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApi } from './api.ts'

test('waiting for a job of an API that is away ends with its signal', async () => {
  const api = createApi({ url: 'http://127.0.0.1:1', apiKey: 'none' })
  const stopping = new AbortController()
  const waiting = api.until('job', () => true, { everyMs: 10, signal: stopping.signal })
  stopping.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
})
