import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
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
  assert.match(err, /refers to cannot be used:\n {2}PINATA_JWT .* NOT_SET/)
  assert.deepEqual([target.applied, existsSync(stateFile)], [[], false])
})

test('a reference to a value that the program would refuse is told without the value', async (t) => {
  const { cwd, nodeops, edit, target } = await fixture(t)
  const env = '[{name: SYNDATA_STORE, valueFrom: {file: store.txt}}]'
  edit('replicas: 1', `replicas: 1\n      env: ${env}`)
  writeFileSync(path.join(cwd, 'store.txt'), 'hunter2\n')
  const wrong = /coordinator: SYNDATA_STORE must be folder:<directory> or s3:<bucket>/
  const looked = await nodeops('plan')
  assert.deepEqual([looked.code, wrong.test(looked.out)], [EXIT.ok, true], looked.out)
  const { code, err } = await nodeops('deploy')
  assert.deepEqual([code, target.applied], [EXIT.refused, []])
  assert.match(err, /SYNDATA_STORE must be folder/)
  assert.doesNotMatch(looked.out + err, /hunter2/)
})
