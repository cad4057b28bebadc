// Parts in a bucket: workers upload with presigned URLs, one dies on the way, the files are read back from the bucket.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { findVersityGw, NO_VERSITYGW, startVersityGw } from '#test/contract/versitygw.ts'
import { PEOPLE } from '#test/support/fault-configs.ts'
import { testStack } from '#test/support/stack.ts'

const REQUEST = { rows: 1_000_000 }

test('a job over a shared bucket', {
  skip: findVersityGw() === null ? NO_VERSITYGW : false,
}, async (t) => {
  const server = await startVersityGw(t)
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = await server.bucket()
  const env = {
    SYNDATA_STORE: `s3:${bucket}`,
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  }
  const { stack, submit, untilShare, assertWhole } = await testStack(t, {
    workers: 2,
    env: { coordinator: env, parts: env },
  })
  const jobId = await submit(PEOPLE, REQUEST)
  await untilShare(jobId, 0.2)
  stack.kill('worker-1')
  const job = await assertWhole(jobId, PEOPLE, REQUEST)
  const [output] = job.outputs
  const response = await fetch(`${stack.ipfs_gateway_url}/ipfs/${output?.cid}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  assert.equal(createHash('sha256').update(bytes).digest('hex'), output?.sha256)
})
