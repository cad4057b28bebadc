import assert from 'node:assert/strict'
import test from 'node:test'
import { parseHostEntry } from '#settings/host-entry.ts'
import { hostRuleOf } from './host-rules.ts'

const allows = (entry: string, address: string, { host = address, port = 5432 } = {}): boolean => {
  const parsed = parseHostEntry(entry)
  assert.ok(parsed, entry)
  return hostRuleOf(parsed)({ host, address, port })
}

test('public is every global unicast address and nothing else', () => {
  const inside = [
    '127.0.0.1',
    '0.0.0.0',
    '10.0.0.1',
    '169.254.169.254',
    '100.100.100.200',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    'fd00:ec2::254',
    'fe80::1',
    '64:ff9b::7f00:1',
  ]
  for (const address of inside) assert.equal(allows('public', address), false, address)
  for (const address of ['8.8.8.8', '2606:4700::1111']) assert.ok(allows('public', address))
})

test('addresses and ranges allow what lies in them, in either spelling of IPv4', () => {
  assert.ok(allows('10.1.0.0/16', '10.1.255.1'))
  assert.equal(allows('10.1.0.0/16', '10.2.0.1'), false)
  assert.ok(allows('10.1.0.0/16', '::ffff:10.1.0.1'))
  assert.equal(allows('10.1.0.0/16', '::ffff:10.2.0.1'), false)
  assert.ok(allows('::1', '::1'))
  assert.equal(allows('::1', '127.0.0.1'), false)
  assert.ok(allows('fd00::/8', 'fd12::1'))
  assert.ok(allows('0.0.0.0/0', '1.2.3.4'))
})

test('a host name allows whatever it leads to, and only that name', () => {
  assert.ok(allows('DB.internal', '10.0.0.1', { host: 'db.Internal' }))
  assert.equal(allows('db.internal', '10.0.0.1', { host: 'xdb.internal' }), false)
  assert.equal(allows('db.internal', '10.0.0.1', { host: 'db.internal.evil.test' }), false)
})

test('a port narrows an entry', () => {
  assert.ok(allows('db:6432', '10.0.0.1', { host: 'db', port: 6432 }))
  assert.equal(allows('db:6432', '10.0.0.1', { host: 'db', port: 5432 }), false)
  assert.ok(allows('127.0.0.0/8:5432', '127.0.0.1'))
  assert.ok(allows('[fd00::/8]:5432', 'fd00::1'))
  assert.equal(allows('public:5432', '8.8.8.8', { port: 22 }), false)
})

test('entries that mean nothing are refused', () => {
  const wrong = [
    '',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0',
    '1.2.3.4/',
    'a b',
    '-x',
    'db:0',
    'db:70000',
    'http://db',
  ]
  for (const entry of wrong) assert.equal(parseHostEntry(entry), null, entry)
})
