import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestTemporal } from '#test/support/temporal.ts'
import { waitFor } from '#test/support/wait-for.ts'
import { ensureNamespace } from './namespace.ts'
import { ensureSearchAttributes } from './search-attributes.ts'

test('a cluster without our namespace gets it once, with its attributes', async (t) => {
  const temporal = await startTestTemporal()
  t.after(() => temporal.close())
  const fresh = { ...temporal, namespace: 'fresh' }
  const made = await Promise.all([ensureNamespace(fresh), ensureNamespace(fresh)])
  assert.equal(made.filter(Boolean).length, 1)
  assert.equal(await ensureNamespace(fresh), false)
  const hasAttributes = () =>
    ensureSearchAttributes(fresh).then(
      () => true,
      () => false,
    )
  await waitFor(hasAttributes, { what: 'the attributes' })
  const { operatorService } = temporal.client.connection
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace: 'fresh' })
  assert.ok('JobStatus' in customAttributes && 'Region' in customAttributes)
})
