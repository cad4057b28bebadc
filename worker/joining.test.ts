// How a worker process becomes and stays a member of the fleet: real gRPC and TLS against a scripted coordinator.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { RpcError } from '#proto/grpc-status.ts'
import { PROTOCOL, versionOf } from '#proto/protocol.ts'
import { newAuthority, type ScriptedFleet, scriptedFleet } from '#test/support/scripted-fleet.ts'
import { setUp } from '#test/support/worker-at-work.ts'
import { startWorker } from '#test/support/worker-process.ts'

test('the identity outlives the process, and no token is needed again', async (t) => {
  const { fleet, worker } = await setUp(t)
  const first = await fleet.welcomed()
  const text = await readFile(join(worker.dir, 'identity.json'), 'utf8')
  worker.child.kill('SIGKILL')
  await worker.exit
  await startWorker(t, {}, { dir: worker.dir })
  const second = await fleet.connection()
  assert.equal(second.hello.workerId, first.hello.workerId)
  assert.equal(second.signatureValid, true)
  assert.equal(fleet.enrollments.length, 1)
  assert.equal(await readFile(join(worker.dir, 'identity.json'), 'utf8'), text)
})

test('another token enrols the same key anew', async (t) => {
  const { fleet, worker } = await setUp(t)
  await fleet.welcomed()
  worker.child.kill('SIGKILL')
  await worker.exit
  await startWorker(t, { SYNDATA_TOKEN: fleet.token() }, { dir: worker.dir })
  await fleet.connection()
  assert.equal(fleet.enrollments.length, 2)
  assert.deepEqual(fleet.enrollments[0]?.publicKey, fleet.enrollments[1]?.publicKey)
})

const REFUSED_ENROLMENTS: [string, (fleet: ScriptedFleet) => Promise<string> | string, RegExp][] = [
  [
    'another CA',
    async (fleet) => fleet.token({ ca: (await newAuthority()).fingerprint }),
    /authority/,
  ],
  ['no token at all', () => '', /set SYNDATA_TOKEN/],
  ['a broken token', () => 'synw_nonsense', /not an enrolment token/],
  [
    'a used token',
    (fleet) => {
      fleet.refuseEnrollment(new RpcError('enrollment_refused', 'the token is used'))
      return fleet.token()
    },
    /the token is used/,
  ],
]

for (const [what, tokenOf, reason] of REFUSED_ENROLMENTS) {
  test(`with ${what} the worker says why and ends with 78`, async (t) => {
    const fleet = await scriptedFleet(t)
    const worker = await startWorker(t, { SYNDATA_TOKEN: await tokenOf(fleet) })
    assert.equal(await worker.exit, 78)
    assert.match(worker.log(), reason)
  })
}

test('a revoked worker says so once and ends with 78', async (t) => {
  const { fleet, worker } = await setUp(t)
  const connection = await fleet.connection()
  connection.send({
    case: 'refused',
    value: { code: 'worker_revoked', message: 'the worker is revoked' },
  })
  assert.equal(await worker.exit, 78)
  assert.match(worker.log(), /worker is revoked.*Enrol the machine again/)
})

for (const [code, hint] of [
  ['worker_outdated', /Update the worker/],
  ['coordinator_outdated', /Update the coordinators first/],
] as const)
  test(`told ${code}, the worker says what to update and ends with 76`, async (t) => {
    const { fleet, worker } = await setUp(t)
    const connection = await fleet.connection()
    assert.deepEqual(versionOf(connection.hello.protocol), PROTOCOL)
    connection.send({ case: 'refused', value: { code, message: 'it speaks fleet protocol 1.1' } })
    assert.equal(await worker.exit, 76)
    assert.match(worker.log(), hint)
  })

test('a refusal that passes, and a coordinator of another CA, are tried again', async (t) => {
  const { fleet } = await setUp(t)
  const first = await fleet.connection()
  first.send({ case: 'refused', value: { code: 'unavailable', message: 'starting' } })
  const second = await fleet.connection()
  second.send({ case: 'ack', value: { resultIds: [1n] } })
  const third = await fleet.connection()
  assert.equal(third.signatureValid, true)
})

test('a key that is not the enrolled one signs nothing that verifies', async (t) => {
  const { fleet, worker } = await setUp(t)
  await fleet.welcomed()
  worker.child.kill('SIGKILL')
  await worker.exit
  const path = join(worker.dir, 'identity.json')
  const stored = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  await writeFile(path, JSON.stringify({ ...stored, private_key: key }))
  const again = await startWorker(t, {}, { dir: worker.dir })
  const connection = await fleet.connection()
  assert.equal(connection.signatureValid, false)
  const value = { code: 'signature_invalid', message: 'the signature does not verify' }
  connection.send({ case: 'refused', value })
  assert.equal(await again.exit, 78)
})

test('a damaged identity file is named, not replaced', async (t) => {
  const { fleet, worker } = await setUp(t)
  await fleet.welcomed()
  worker.child.kill('SIGKILL')
  await worker.exit
  const path = join(worker.dir, 'identity.json')
  await writeFile(path, '{"version":1')
  const again = await startWorker(t, { SYNDATA_TOKEN: fleet.token() }, { dir: worker.dir })
  assert.equal(await again.exit, 78)
  assert.match(again.log(), /identity\.json is damaged/)
  assert.equal(await readFile(path, 'utf8'), '{"version":1')
})
