// The commands over targets that are not this machine, as people type them.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import { folderWith, workersFile } from '../test/cli.ts'
import { startCreateos } from '../test/createos-double.ts'
import { EXIT } from './context.ts'

const fixture = (t: TestContext, changes: NodeJS.ProcessEnv = {}) =>
  folderWith(t, workersFile(), {
    ...{ PATH: process.env['PATH'], WORKER_TOKEN: 'synw_secret' },
    ...changes,
  })

test('an SDL beside the file: deployed again it is unchanged, deleted it is gone', async (t) => {
  const { cwd, nodeops } = fixture(t)
  const first = await nodeops('deploy --target akash')
  assert.equal(first.code, EXIT.ok, first.err)
  assert.match(first.out, /console\.akash\.network/)
  assert.match(first.out, /envsubst '\$WORKER_TOKEN' < .*workers\.akash\.yaml/)
  const text = readFileSync(path.join(cwd, 'workers.akash.yaml'), 'utf8')
  assert.ok(!text.includes('synw_secret'))
  const again = await nodeops('deploy --target akash')
  assert.match(again.out, /Nothing to do/)
  assert.equal((await nodeops('logs --target akash')).code, EXIT.refused)
  assert.equal((await nodeops('delete --target akash --yes')).code, EXIT.ok)
  assert.deepEqual(readdirSync(cwd), ['nodeops.yaml'])
})

test('a template where somebody wants it, or alone on standard output', async (t) => {
  const { cwd, nodeops } = fixture(t)
  const { code, out } = await nodeops('deploy --target template --output -')
  assert.equal(code, EXIT.ok)
  assert.equal((parse(out) as { version: number }).version, 0.1)
  await nodeops('deploy --target template -o mine.yaml')
  assert.equal(readFileSync(path.join(cwd, 'mine.yaml'), 'utf8').trimEnd(), out)
  const refused = await nodeops('deploy --target local --output mine.yaml')
  assert.equal(refused.code, EXIT.refused)
  assert.match(refused.err, /local writes no file/)
})

test('another price writes the file again; one that is none is refused', async (t) => {
  const env: NodeJS.ProcessEnv = { WORKER_TOKEN: 'synw_secret' }
  const { cwd, nodeops } = folderWith(t, workersFile(), env)
  const priced = () => readFileSync(path.join(cwd, 'workers.akash.yaml'), 'utf8')
  assert.match((await nodeops('deploy --target akash')).out, /workers is written for akash/)
  env['AKASH_PRICE'] = '150000'
  assert.equal((await nodeops('plan --target akash --check')).code, EXIT.refused)
  assert.equal((await nodeops('deploy --target akash')).code, EXIT.ok)
  assert.match(priced(), /amount: 150000/)
  assert.match((await nodeops('deploy --target akash')).out, /Nothing to do/)
  env['AKASH_PRICE'] = 'lots'
  const wrong = await nodeops('deploy --target akash')
  assert.deepEqual(
    [wrong.code, /AKASH_PRICE=lots is no price/.test(wrong.err)],
    [EXIT.refused, true],
  )
  env['AKASH_PRICE'] = ''
  assert.match((await nodeops('delete --target akash --yes')).out, /runs on: delete it there/)
})

test('workers as apps of createos, from validate to delete', async (t) => {
  const createos = await startCreateos(t)
  const env = {
    CREATEOS_API_URL: createos.url,
    CREATEOS_API_KEY: createos.key,
    CREATEOS_POLL_SECONDS: '0.01',
  }
  const { cwd, put, nodeops } = fixture(t, env)
  for (const line of ['validate', 'deploy', 'status', 'logs worker -n 2', 'delete --yes']) {
    const { code, out, err } = await nodeops(`${line} --target createos`)
    assert.equal(code, EXIT.ok, `${line}: ${err}`)
    assert.ok(!`${out}${err}`.includes('synw_secret') && !`${out}${err}`.includes(createos.key))
    if (line === 'status') assert.match(out, /worker +1\/1 +running/)
  }
  assert.deepEqual(createos.world.state.projects, [])
  assert.ok(!existsSync(path.join(cwd, '.nodeops')))
  put(workersFile().replace('env:', 'resources: {cpu: 2, memory: 4Gi, gpu: 1}\n      env:'))
  const gpu = await nodeops('validate --target createos')
  assert.equal(gpu.code, EXIT.refused)
  assert.match(gpu.err, /no GPUs.*kubernetes, akash/)
})
