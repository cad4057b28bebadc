import assert from 'node:assert/strict'
import { test } from 'node:test'
import Arweave from 'arweave'
import { AppError } from '#engine/errors.ts'
import { createWallet, parseWallet, walletAddress } from './arweave-wallet.ts'

const wallet = await createWallet()

test('a new wallet survives being written and read, and has the address that arweave-js gives it', async () => {
  const read = parseWallet(JSON.stringify(wallet))
  assert.deepEqual(read, wallet)
  assert.equal(walletAddress(read), await Arweave.init({}).wallets.jwkToAddress(wallet))
})

test('a wallet made by arweave-js is read', async () => {
  const other = await Arweave.init({}).wallets.generate()
  assert.equal(parseWallet(JSON.stringify(other)).n, other.n)
})

const damaged: [string, string, RegExp][] = [
  ['text that is not JSON', `${wallet.d} {`, /not JSON/],
  ['a JSON value that is not an object', '"key"', /not an RSA key/],
  ['another kind of key', JSON.stringify({ ...wallet, kty: 'EC' }), /not an RSA key/],
  ['a public key alone', JSON.stringify({ ...wallet, d: undefined }), /lacks d/],
  ['a shorter key', JSON.stringify({ ...wallet, n: wallet.n.slice(0, 342) }), /4096 bits/],
  ['parts of two keys', JSON.stringify({ ...wallet, n: `${wallet.n.slice(0, -3)}AAA` }), /damaged/],
]

for (const [what, text, message] of damaged) {
  test(`${what} is refused without a word of the key`, () => {
    assert.throws(
      () => parseWallet(text),
      (error) => {
        assert.ok(error instanceof AppError)
        assert.equal(error.code, 'invalid_request')
        assert.match(error.message, message)
        const shown = `${error.stack}${String(error.cause)}${JSON.stringify(error.details)}`
        assert.ok(!shown.includes(wallet.d.slice(0, 12)))
        return true
      },
    )
  })
}
