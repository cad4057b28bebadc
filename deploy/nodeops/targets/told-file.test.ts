import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { serviceSpec } from '../test/deployments.ts'
import { createToldFile } from './told-file.ts'

test('what was told is there for the next process, for its owner alone', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'told-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'state', 'a.told.json')
  const told = createToldFile(file)
  assert.equal(told.read().exists, false)
  told.write({ exists: true, services: [serviceSpec('worker')] })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(createToldFile(file).read().services, [serviceSpec('worker')])
  writeFileSync(file, '{"version":2}')
  assert.throws(() => told.read(), /not written by this nodeops/)
  told.remove()
  assert.deepEqual(createToldFile(file).read().services, [])
})
