// What a compute thread loads before its first lease: each worker of a fleet pays for it at each start.

import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'

const UNWANTED = /node_modules\/(typebox|apache-arrow|onnxruntime-[a-z]+)\//

test('a compute thread loads nothing that only reads configs, and no library that most tables do without', async () => {
  const loaded: string[] = []
  const hooks = registerHooks({
    load(url, context, next) {
      loaded.push(url)
      return next(url, context)
    },
  })
  await Promise.all([import('./warm-up.ts'), import('./run-lease.ts'), import('./models.ts')])
  hooks.deregister()
  assert.ok(loaded.some((url) => url.endsWith('engine/compile.ts')))
  assert.deepEqual(
    loaded.filter((url) => UNWANTED.test(url)),
    [],
  )
})
