import assert from 'node:assert/strict'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { test } from 'node:test'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { fileOf, valuesOf } from '#engine/testing/bytes.ts'

const ROWS = 3000

/** A table of one column with a rule as a config writes it. */
function configOf(rule: string | object, unique = false, rows = ROWS): ResolvedConfig {
  const column = { name: 'x', type: 'str', rule, constraints: unique ? ['unique'] : [] }
  const { config, problems } = parseConfig({
    seed: 1,
    tables: [{ name: 't', rows, columns: [column] }],
  })
  assert.deepEqual(problems, [])
  return resolveConfig(config, { now: 0 }).resolved
}

const draw = (rule: string | object, unique = false, rows = ROWS) =>
  valuesOf(configOf(rule, unique, rows), 't', 'x') as string[]

function networks(...list: [string, number][]): BlockList {
  const blocks = new BlockList()
  for (const [address, bits] of list) {
    blocks.addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6')
  }
  return blocks
}

const PRIVATE: [string, number][] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
]
const RESERVED: [string, number][] = [
  ...PRIVATE,
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['198.18.0.0', 15],
]
const NOT_PUBLIC: [string, number][] = [
  ...RESERVED,
  ['0.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
]

test('addresses lie in the networks asked for, by default in those that are nobody’s', () => {
  const reserved = networks(...RESERVED)
  for (const address of draw('ip')) assert.ok(isIPv4(address) && reserved.check(address), address)
  const few = networks(
    ['10.1.2.0', 24],
    ['192.0.2.0', 24],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
  )
  const asked = { type: 'ip', network: ['10.1.2.9/24', 'documentation', '10.1.2.128/25'] }
  assert.equal(new Set(draw(asked, true, 1024)).size, 1024)
  for (const address of draw(asked)) assert.ok(few.check(address), address)
  const outside = networks(...NOT_PUBLIC)
  for (const address of draw({ type: 'ip', network: 'public' })) {
    assert.ok(isIPv4(address) && !outside.check(address), address)
  }
})

test('IPv6 addresses are written as RFC 5952 asks, in their network', () => {
  const blocks = {
    documentation: networks(['2001:db8::', 32]),
    private: networks(['fd00::', 8]),
    public: networks(['2000::', 3]),
  }
  for (const [network, block] of Object.entries(blocks)) {
    for (const address of draw({ type: 'ipv6', network })) {
      assert.ok(isIPv6(address) && block.check(address, 'ipv6'), address)
      assert.equal(new URL(`http://[${address}]`).hostname, `[${address}]`)
    }
  }
})

test('MAC addresses are local ones of one station, or begin as asked', () => {
  for (const mac of draw('mac')) {
    assert.match(mac, /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/)
    assert.equal(Number.parseInt(mac.slice(0, 2), 16) & 3, 2)
  }
  for (const mac of draw({ type: 'mac', prefix: '00:00:5E', separator: '-' })) {
    assert.match(mac, /^00-00-5e(-[0-9a-f]{2}){3}$/)
  }
})

test('domains and pages are at names that lead nowhere, or end as asked', () => {
  const host = /^[a-z]+-[a-z]+\.example\.(com|net|org)$/
  for (const domain of draw('domain')) assert.match(domain, host)
  for (const text of draw('url')) {
    const url = new URL(text)
    assert.equal(url.href, text)
    assert.equal(url.protocol, 'https:')
    assert.match(url.hostname, host)
  }
  for (const domain of draw({ type: 'domain', tld: '.IO' })) assert.match(domain, /^[a-z-]+\.io$/)
})

test('browsers name themselves, common ones more often', () => {
  const agents = draw('user_agent', false, 10_000)
  for (const agent of agents) assert.match(agent, /^Mozilla\/5\.0 \([^)]+\) [\w/.]+/)
  const share = (text: string) => agents.filter((agent) => agent.includes(text)).length / 10_000
  assert.ok(Math.abs(share('Firefox') - 0.06) < 0.01)
  assert.ok(Math.abs(share('iPhone') - 0.15) < 0.015)
})

test('unique values do not repeat', () => {
  for (const rule of ['domain', 'url', 'ip', 'ipv6', 'mac']) {
    assert.equal(new Set(draw(rule, true, 30_000)).size, 30_000, rule)
  }
})

test('the bytes do not depend on batches or the kind of writer', () => {
  for (const rule of ['domain', 'url', 'ip', 'ipv6', 'mac', 'user_agent']) {
    const options = { batchRows: 64, writer: 'closures', random: 'plain' } as const
    assert.equal(fileOf(configOf(rule), 't', options), fileOf(configOf(rule), 't'))
  }
})
