import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import test from 'node:test'
import { parseHostEntry } from '#settings/host-entry.ts'
import { checkedAddress } from './checked-address.ts'
import { hostRuleOf } from './host-rules.ts'

function reach(...entries: string[]) {
  const hosts = entries.map((entry) => {
    const parsed = parseHostEntry(entry)
    assert.ok(parsed)
    return hostRuleOf(parsed)
  })
  return { hosts, timeoutMs: 2000, signal: new AbortController().signal }
}

test('inside addresses are refused by number, by any spelling of it and by name', async () => {
  const hosts = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '127.1',
    'localhost',
    '::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
    '::',
    '169.254.169.254',
    'fd00:ec2::254',
  ]
  for (const host of hosts) {
    const checked = checkedAddress({ host, port: 5432 }, reach('public'))
    await assert.rejects(checked, { code: 'forbidden' }, host)
  }
})

test('one address outside of the rules refuses the name', async () => {
  const resolved = checkedAddress({ host: 'localhost', port: 1 }, reach('192.0.2.1'))
  await assert.rejects(resolved, { code: 'forbidden' })
})

test('without entries nothing is allowed', async () => {
  await assert.rejects(checkedAddress({ host: '8.8.8.8', port: 1 }, reach()), { code: 'forbidden' })
})

test('a name that is allowed leads to an address that answers', async (t) => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const found = await checkedAddress({ host: 'localhost', port }, reach('127.0.0.0/8', '::1'))
  assert.equal(found, '127.0.0.1')
})

test('a literal address needs no lookup, in either family', async () => {
  assert.equal(await checkedAddress({ host: '10.0.0.9', port: 1 }, reach('10.0.0.0/8')), '10.0.0.9')
  assert.equal(await checkedAddress({ host: 'fd00::9', port: 1 }, reach('fd00::/8')), 'fd00::9')
})

test('a name without an address is told from one that is refused', async () => {
  const checked = checkedAddress({ host: 'nowhere.invalid', port: 1 }, reach('nowhere.invalid'))
  await assert.rejects(checked, { code: 'connection_failed' })
})

test('an aborted call ends as aborted', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  const checked = checkedAddress({ host: 'localhost', port: 1 }, { ...reach('localhost'), signal })
  await assert.rejects(checked, /enough/)
})
