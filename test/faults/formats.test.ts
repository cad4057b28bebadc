// A job of each format from the request to the file: what is downloaded, what the gateway shows and what verify
// makes again are the bytes of the engine alone.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResolvedConfig } from '#engine/config/types.ts'
import { bytesOfFile } from '#engine/testing/bytes.ts'
import { checkFiles, verifyChunks } from '#scripts/verify/check-chunks.ts'
import { readManifest } from '#scripts/verify/read-manifest.ts'
import { testStack } from '#test/support/stack.ts'

/** Three chunks, of blocks where the format has them. */
const ROWS = 25_000
const COLUMNAR_ROWS = 250_000
const CONFIG = {
  seed: 11,
  output: { csv: { delimiter: ';', null: 'NULL', line_ending: 'crlf' } },
  tables: [
    {
      name: 'people',
      columns: [
        { name: 'id', type: 'int', constraints: ['PK'] },
        { name: 'name', type: 'str', rule: 'full_name' },
        { name: 'note', type: 'str', rule: { type: 'choice', value: ["it's", 'a;b', 'NULL'] } },
        { name: 'seen', type: 'datetime', nullable: 0.1 },
      ],
    },
  ],
}

const CASES = [
  [{ format: 'csv' }, 'people.csv', /^text\/csv/],
  [{ format: 'json' }, 'people.json', /^application\/json/],
  [{ format: 'sql' }, 'people.sql', /^application\/sql/],
  [{ format: 'sql', dialect: 'mysql' }, 'people.sql', /^application\/sql/],
  [{ format: 'csv', compression: 'gzip' }, 'people.csv.gz', /^application\/gzip/],
  [{ format: 'jsonl', compression: 'zstd' }, 'people.jsonl.zst', /^application\/zstd/],
  [{ format: 'parquet' }, 'people.parquet', /^application\/vnd\.apache\.parquet/],
  [{ format: 'arrow' }, 'people.arrow', /^application\/vnd\.apache\.arrow\.file/],
  [
    { format: 'arrow', container: 'stream', compression: 'zstd' },
    'people.arrows',
    /^application\/vnd\.apache\.arrow\.stream/,
  ],
] as const

test('a job of every format', async (t) => {
  const { stack, api, submit } = await testStack(t, { workers: 2 })
  const headers = { 'x-api-key': stack.admin.api_key }
  for (const [output, name, type] of CASES) {
    await t.test(JSON.stringify(output), async () => {
      const columnar = output.format === 'parquet' || output.format === 'arrow'
      const rows = columnar ? COLUMNAR_ROWS : ROWS
      const jobId = await submit(CONFIG, { rows, output })
      const job = await api.until(jobId, ({ status }) => status === 'completed')
      const manifest = await api.get<{ config: ResolvedConfig; files: { name: string }[] }>(
        `/api/jobs/${jobId}/manifest`,
      )
      assert.deepEqual(
        manifest.files.map((file) => file.name),
        [name],
      )
      const expected = Buffer.from(await bytesOfFile(manifest.config, 'people'))
      const gateway = `${stack.rest_url}/ipfs/${job.root_cid}/${name}`
      for (const url of [job.outputs[0]?.download_url ?? '', gateway]) {
        const response = await fetch(url, { headers })
        assert.equal(response.status, 200)
        assert.match(response.headers.get('content-type') ?? '', type)
        assert.match(response.headers.get('content-disposition') ?? '', new RegExp(`${name}"?`))
        assert.ok(expected.equals(Buffer.from(await response.arrayBuffer())))
      }
      const options = { gateway: stack.rest_url, apiKey: stack.admin.api_key }
      const found = await readManifest(job.root_cid ?? '', options)
      checkFiles(found)
      const sampling = { sample: 9, onChunk: () => undefined }
      const { checked, mismatches } = await verifyChunks(found, sampling)
      assert.deepEqual([checked, mismatches], [3, []])
    })
  }
})
