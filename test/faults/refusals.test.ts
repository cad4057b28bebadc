// What must not be let in: machines without the right token or key, parts that are not what they claim, reports that
// are not true, protocols that nobody here speaks, configs that make no sense. All is refused and recorded, and no job shows a trace of it.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createDatabase } from '#coordinator/database/database.ts'
import { createSealedSecrets } from '#coordinator/identity/sealed-secrets.ts'
import { signUpload, type UploadClaims } from '#coordinator/storage/upload-token.ts'
import { partOf } from '#engine/dag/part.ts'
import { formatToken, parseToken } from '#proto/enrollment-token.ts'
import type { Assign } from '#proto/gen/syndata/v1/fleet_pb.ts'
import { OLDEST_SERVED, PROTOCOL, versionOf, versionText } from '#proto/protocol.ts'
import { loadSecrets } from '#scripts/stack/secrets.ts'
import { PEOPLE } from '#test/support/fault-configs.ts'
import { doneOf, makeChunk, putPart } from '#test/support/honest-chunk.ts'
import { newToken, type Rest, restOf } from '#test/support/rest.ts'
import { enroll, newKey, scriptedWorker } from '#test/support/scripted-worker.ts'
import { type TestStack, testStack } from '#test/support/stack.ts'
import { waitFor } from '#test/support/wait-for.ts'
import { startWorker } from '#test/support/worker-process.ts'

const REGION = 'asia-pacific'
const EXIT_REFUSED = 78
const REQUEST = { rows: 16_000, chunk_rows: 1_000, regions: [REGION] }

test('refusals', async (t) => {
  const fleet = await testStack(t, { workers: 1 })
  const rest = restOf(fleet.stack)
  await t.test('enrolment', (t) => refuseEnrolments(t, fleet, rest))
  await t.test('connections', (t) => refuseConnections(t, fleet, rest))
  await t.test('protocols', (t) => refuseProtocols(t, fleet, rest))
  await t.test('uploads', (t) => refuseUploads(t, fleet, rest))
  await t.test('reports', (t) => refuseReports(t, fleet, rest))
  await t.test('configs', () => refuseConfigs(rest))
})

async function refuseEnrolments(t: TestContext, fleet: TestStack, rest: Rest): Promise<void> {
  const refused = async (token: { id: string; text: string }, reason: string, key = newKey()) => {
    await assert.rejects(enroll(token.text, key), { code: 'enrollment_refused', message: reason })
    await untilRecorded(fleet, { action: 'worker.enroll', resource: token.id, reason })
  }
  const token = await newToken(rest, REGION)
  const parts = parseToken(token.text)
  assert.ok(parts)
  const wrong = { id: token.id, text: formatToken({ ...parts, secret: 'guessed' }) }
  await refused(wrong, 'the token is not known here')
  const unknown = { id: 'tok_0', text: formatToken({ ...parts, id: 'tok_0' }) }
  await refused(unknown, 'the token is not known here')
  await assert.rejects(enroll(formatToken({ ...parts, id: 'tok\0' }), newKey()), {
    code: 'enrollment_refused',
  })
  await assert.rejects(enroll(token.text, newKey(), newKey()), { code: 'signature_invalid' })
  const reason = 'the signature does not fit the public key'
  await untilRecorded(fleet, { action: 'worker.enroll', resource: token.id, reason })
  const process = await startWorker(t, { SYNDATA_TOKEN: wrong.text })
  assert.equal(await process.exit, EXIT_REFUSED, process.log())

  const key = newKey()
  const { workerId } = await enroll(token.text, key)
  assert.equal((await enroll(token.text, key)).workerId, workerId, 'a lost reply is no offence')
  await refused(token, 'the token is used')
  const expired = await newToken(rest, REGION)
  await fleet.query('update enrollment_tokens set expires_at = now() where id = $1', [expired.id])
  await refused(expired, 'the token has expired')
  const revoked = await newToken(rest, REGION)
  assert.equal((await rest('DELETE', `/api/enrollment-tokens/${revoked.id}`)).status, 204)
  await refused(revoked, 'the token is revoked')
}

async function refuseConnections(t: TestContext, fleet: TestStack, rest: Rest): Promise<void> {
  const token = await newToken(rest, REGION)
  const worker = await scriptedWorker(t, token.text)
  const refused = async (greeting: Parameters<typeof worker.connect>[0], code: string) => {
    const line = await worker.connect(greeting)
    assert.equal((await line.next('refused')).code, code)
    await line.ended
    assert.equal(line.count('welcome'), 0)
  }
  const record = { action: 'worker.connect', principal: worker.workerId }
  await refused({ key: newKey() }, 'signature_invalid')
  await untilRecorded(fleet, { ...record, reason: 'the signature does not fit the challenge' })
  for (const workerId of ['wrk_nobody', 'wrk\0']) {
    await refused({ workerId }, 'signature_invalid')
    const principal = workerId.replaceAll('\0', '')
    await untilRecorded(fleet, { ...record, principal, reason: 'no such worker' })
  }

  const line = await worker.serve()
  assert.equal((await rest('POST', `/api/workers/${worker.workerId}/revoke`)).status, 202)
  assert.equal((await line.next('refused')).code, 'worker_revoked')
  await line.ended
  await refused({}, 'worker_revoked')
  await untilRecorded(fleet, { ...record, reason: 'this worker was revoked' })
  await assert.rejects(enroll(token.text, newKey()), { code: 'enrollment_refused' })
}

/** Workers of before and after this release: served where both sides understand each other, else told what to update. */
async function refuseProtocols(t: TestContext, fleet: TestStack, rest: Rest): Promise<void> {
  const worker = await scriptedWorker(t, (await newToken(rest, REGION)).text)
  const { major, minor } = PROTOCOL
  for (const [protocol, code, reason] of [
    [{ major: 0, minor: 9 }, 'worker_outdated', `serves ${versionText(OLDEST_SERVED)} and later`],
    [{ major: major + 1, minor: 0 }, 'coordinator_outdated', `and this coordinator ${major}.`],
  ] as const) {
    const line = await worker.connect({ protocol })
    const refused = await line.next('refused')
    assert.equal(refused.code, code)
    assert.match(refused.message, new RegExp(`speaks fleet protocol ${versionText(protocol)}`))
    assert.ok(refused.message.includes(reason), refused.message)
    await line.ended
    await untilRecorded(fleet, { action: 'worker.connect', reason: refused.message })
  }
  for (const greeting of [{}, { protocol: OLDEST_SERVED }, { protocol: { major, minor: 99 } }]) {
    const line = await worker.connect(greeting)
    assert.deepEqual(versionOf((await line.next('welcome')).protocol), { major, minor })
    line.send({ case: 'goodbye', value: { reason: 'seen' } })
    await line.cut()
  }
}

async function refuseUploads(t: TestContext, fleet: TestStack, rest: Rest): Promise<void> {
  const worker = await scriptedWorker(t, (await newToken(rest, REGION)).text)
  const line = await worker.serve()
  const request = { ...REQUEST, rows: 1_000 }
  const jobId = await fleet.submit(PEOPLE, request)
  const { body } = await line.next('spec')
  const assignment = await line.next('assign')
  const target = assignment.upload as { baseUrl: string; token: string }
  const made = makeChunk(body, assignment, 0)
  const part = { cid: made.link.cid, bytes: made.bytes }
  const sign = await uploadSigner(fleet)
  const claims = {
    leaseId: assignment.leaseId,
    workerId: worker.workerId,
    jobId,
    maxBytes: 2 ** 20,
    maxCount: 4,
    expiresAt: Math.floor(Date.now() / 1000) + 60,
  }
  const refused = async (
    what: { token: string; cid?: string },
    { code, reason, principal = worker.workerId }: Refused,
  ) => {
    const { cid = part.cid, token } = what
    const answer = await putPart({ ...target, token }, { cid, bytes: part.bytes })
    assert.equal(answer.code, code)
    await untilRecorded(fleet, { action: 'part.upload', principal, resource: cid, reason })
  }
  const mismatch = { code: 'digest_mismatch', reason: `the bytes are ${part.cid}` }
  await refused({ token: target.token, cid: otherCid('something else') }, mismatch)
  const expired = { code: 'upload_refused', reason: 'the token has expired' }
  await refused({ token: sign({ ...claims, expiresAt: claims.expiresAt - 3_600 }) }, expired)
  const forged = { code: 'upload_refused', reason: 'the token is forged', principal: 'anonymous' }
  await refused({ token: `${target.token.slice(0, -4)}AAAA` }, forged)
  await refused({ token: signUpload(Buffer.alloc(32), claims) }, forged)
  const large = { code: 'payload_too_large', reason: 'a part of this lease has at most 10 bytes' }
  await refused({ token: sign({ ...claims, maxBytes: 10 }) }, large)
  const few = { ...target, token: sign({ ...claims, leaseId: 'lease-of-its-own', maxCount: 2 }) }
  for (const text of ['one', 'two'])
    assert.equal(
      (await putPart(few, { cid: otherCid(text), bytes: Buffer.from(text) })).status,
      201,
    )
  const many = { code: 'upload_refused', reason: 'the lease has put its 2 parts' }
  await refused({ token: few.token }, many)

  assert.equal((await putPart(target, part)).status, 201)
  line.send({ case: 'chunkDone', value: { resultId: 1n, ...doneOf(assignment, made) } })
  await fleet.assertWhole(jobId, PEOPLE, request)
  await line.cut()
}

async function refuseReports(t: TestContext, fleet: TestStack, rest: Rest): Promise<void> {
  const liar = await scriptedWorker(t, (await newToken(rest, REGION)).text)
  const other = await scriptedWorker(t, (await newToken(rest, REGION)).text)
  const [lies, truths] = [await liar.serve(), await other.serve()]
  const jobId = await fleet.submit(PEOPLE, REQUEST)
  const { body } = await lies.next('spec')
  const [own, foreign] = [await lies.next('assign'), await truths.next('assign')]
  const first = own.chunks[0] ?? 0
  const made = makeChunk(body, own, first)
  const target = own.upload as { baseUrl: string; token: string }
  assert.equal((await putPart(target, { cid: made.link.cid, bytes: made.bytes })).status, 201)
  let resultId = 0n
  const report = async (assignment: Assign, more: object) => {
    resultId++
    const value = { ...doneOf(assignment, made), ...more, resultId }
    lies.send({ case: 'chunkDone', value })
    assert.deepEqual((await lies.next('ack')).resultIds, [resultId])
  }
  const refused = async (assignment: Assign, more: object, reason: string) => {
    await report(assignment, more)
    const resource = assignment.leaseId
    const record = { action: 'chunk.report', principal: liar.workerId, resource, reason }
    await untilRecorded(fleet, record)
    const ledger = await fleet.query('select 1 from chunks where job_id = $1', [jobId])
    assert.deepEqual(ledger, [])
  }
  await refused(foreign, { chunk: foreign.chunks[0] }, 'the lease is not of this worker')
  await refused(own, { chunk: 999 }, 'the chunk is not of the lease')
  await refused(own, { chunk: foreign.chunks[0] }, 'the chunk is not of the lease')
  await refused(own, { table: 1 }, 'the lease is for another table')
  await refused(own, { jobId: 'job_other' }, 'the lease is for another table')
  await refused(own, { rows: 999 }, 'the chunk has 1000 rows, not 999')
  await refused(own, { cid: otherCid('never stored') }, 'the part is not stored')
  await refused(own, { cid: 'no cid' }, 'the part is not stored')
  await refused(own, { bytes: 1n }, 'the part is not stored')
  const failed = { ...doneOf(foreign, made), resultId: 100n, code: 'nonsense', message: 'a\0b' }
  lies.send({ case: 'chunkFailed', value: failed })
  assert.deepEqual((await lies.next('ack')).resultIds, [100n])
  assert.deepEqual(await fleet.query('select 1 from chunk_failures where job_id = $1', [jobId]), [])

  await report(own, { durationMs: 2 ** 32 - 1 })
  await fleet.untilShare(jobId, 1 / 16)
  for (const line of [lies, truths]) line.send({ case: 'goodbye', value: { reason: 'caught' } })
  await Promise.all([lies.cut(), truths.cut()])
  await startWorker(t, { SYNDATA_TOKEN: (await newToken(rest, REGION)).text })
  await fleet.assertWhole(jobId, PEOPLE, REQUEST)
}

async function refuseConfigs(rest: Rest): Promise<void> {
  const config = {
    seed: 'many',
    tables: [
      {
        name: 'a',
        columns: [
          { name: 'id', type: 'number of some kind' },
          { name: 'age', type: 'int', rule: { type: 'range', min: 9, max: 1 } },
          { name: 'age', type: 'int' },
        ],
        foreign_keys: [{ parent_table: 'b', parent_column: 'id', child_column: 'id' }],
      },
    ],
  }
  const body = { config, priority: 'urgent', regions: ['moon'], chunk_rows: 0 }
  const reply = await rest('POST', '/api/jobs', body)
  assert.equal(reply.status, 400)
  const errors = reply.body['errors'] as { path: string; message: string; hint: string }[]
  assert.deepEqual(
    errors.map(({ path }) => path),
    [
      '/priority',
      '/regions/0',
      '/chunk_rows',
      '/config/seed',
      '/config/tables/0/columns/0/type',
      '/config/tables/0/columns/1/rule/min',
      '/config/tables/0/columns/2/name',
      '/config/tables/0/foreign_keys/0/parent_table',
    ],
  )
  for (const { path, message, hint } of errors) assert.ok(message && hint, path)
  const yaml = await rest('POST', '/api/jobs', { config: 'tables:\n  - name: [' })
  assert.equal(yaml.status, 400)
  assert.equal(yaml.body['code'], 'invalid_config')
}

type Refused = { code: string; reason: string; principal?: string }
type Expected = { action: string; principal?: string; resource?: string; reason: string }
type AuditRow = { details: { reason?: string; message?: string } }

/** Waits for a refusal in the audit log; `resource` is part of its name. */
async function untilRecorded({ query }: TestStack, expected: Expected): Promise<void> {
  const { action, principal = '%', resource = '', reason } = expected
  const isThere = async () => {
    const rows = await query<AuditRow>(
      `select details from audit_log where action = $1 and principal like $2
       and resource like '%' || $3 || '%' and outcome = 'refused'`,
      [action, principal, resource],
    )
    return rows.some(({ details }) => (details.reason ?? details.message) === reason)
  }
  await waitFor(isThere, { what: `the record of: ${reason}` })
}

const otherCid = (text: string): string => partOf(Buffer.from(text)).link.cid

/** Signs as the coordinators do. */
async function uploadSigner({ stack }: TestStack): Promise<(claims: UploadClaims) => string> {
  const database = createDatabase(stack.database_url, { maxConnections: 1, onError: assert.fail })
  const masterKey = Buffer.from(loadSecrets(stack.dataDir).masterKey, 'hex')
  const secrets = createSealedSecrets(database, masterKey)
  const key = await secrets.getOrCreate('upload-key', () => assert.fail('there is no upload key'))
  await database.close()
  return (claims) => signUpload(key, claims)
}
