import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fixture } from '../test/cli.ts'
import { EXIT } from './context.ts'

test('a reference that leads nowhere is a warning to who looks, and stops a deploy before it begins', async (t) => {
  const { nodeops, edit, target, stateFile } = await fixture(t)
  edit('replicas: 1', 'replicas: 1\n      env: [{name: PINATA_JWT, valueFrom: {env: NOT_SET}}]')
  for (const command of ['validate', 'plan']) {
    const { code, out } = await nodeops(command)
    assert.equal(code, EXIT.ok)
    assert.match(
      out,
      /warning: coordinator: PINATA_JWT is in the variable NOT_SET, which is not set/,
    )
  }
  assert.equal((await nodeops('validate --strict')).code, EXIT.refused)
  const { code, err } = await nodeops('deploy')
  assert.equal(code, EXIT.refused)
  assert.match(err, /refers to is not there:\n {2}PINATA_JWT .* NOT_SET/)
  assert.deepEqual([target.applied, existsSync(stateFile)], [[], false])
})
