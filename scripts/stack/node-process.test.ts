import assert from 'node:assert/strict'
import test from 'node:test'
import { nodeLaunch } from './node-process.ts'

test('secrets of connections reach coordinators and the parts process, never workers', async (t) => {
  process.env['SYNDATA_SECRET_DB'] = 'secret'
  t.after(() => delete process.env['SYNDATA_SECRET_DB'])
  const options = { tools: { node: 'node' } as never, entries: {}, env: {} }
  const envOf = (role: 'coordinator' | 'parts' | 'worker') =>
    nodeLaunch({ role, name: role }, { env: { OWN: '1' } }, options).env
  assert.equal(envOf('coordinator')['SYNDATA_SECRET_DB'], 'secret')
  assert.equal(envOf('parts')['SYNDATA_SECRET_DB'], 'secret')
  assert.equal('SYNDATA_SECRET_DB' in envOf('worker'), false)
  assert.equal(envOf('worker')['OWN'], '1')
})
