import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TargetError } from '../target.ts'
import { fixture } from '../test/cli.ts'
import { EXIT } from './context.ts'

test('a value that no program would take is refused by validate, plan and deploy, at its place', async (t) => {
  const { nodeops, edit, target } = await fixture(t)
  edit(
    'replicas: 1',
    'replicas: 1\n      env:\n        - {name: SYNDATA_DRAIN_SECONDS, value: abc}',
  )
  const wrong =
    /nodeops\.yaml:44:41 {2}SYNDATA_DRAIN_SECONDS must be a number of seconds from 0 to 300/
  for (const command of ['validate', 'plan', 'deploy', 'update']) {
    const { code, err } = await nodeops(command)
    assert.equal(code, EXIT.invalid, command)
    assert.match(err, wrong)
  }
  const { problems } = JSON.parse((await nodeops('validate --json')).out).error
  assert.partialDeepStrictEqual(problems, [
    { path: '/spec/services/3/env/0/value', line: 44, column: 41 },
  ])
  assert.deepEqual(target.applied, [])
})

test('a target that cannot be asked is told apart from a file that is wrong', async (t) => {
  const { nodeops, target } = await fixture(t)
  target.check = () =>
    Promise.reject(new TargetError('refused', 'the cluster does not answer', 'Start it.'))
  const { code, err } = await nodeops('validate')
  assert.equal(code, EXIT.refused)
  assert.match(
    err,
    /nodeops\.yaml is right, and memory cannot be asked: the cluster does not answer/,
  )
})
