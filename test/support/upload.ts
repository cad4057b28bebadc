// A table sent as browsers send files.

import assert from 'node:assert/strict'
import type { Caller, RestApp } from './rest-app.ts'

const BOUNDARY = 'the-boundary'

/** The id of the dataset that this text becomes. */
export async function uploadTable(
  rest: RestApp,
  who: Caller,
  text: string,
  name = 'table.csv',
): Promise<string> {
  const body = Buffer.from(
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n${text}\r\n--${BOUNDARY}--\r\n`,
  )
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
  const made = await rest.call(who, 'POST', '/api/datasets', { body, headers })
  assert.equal(made.status, 201, made.text)
  return String(made.json['dataset_id'])
}
