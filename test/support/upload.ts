// A table sent as browsers send files.

import assert from 'node:assert/strict'
import type { Caller, RestApp } from './rest-app.ts'

/** A part with `file` is a file of that name. */
export type Part = { name: string; value: string | Uint8Array; file?: string }

/** A form of these parts, in their order. */
export function form(parts: readonly Part[]): { body: Buffer; headers: Record<string, string> } {
  const pieces = parts.flatMap(({ name, value, file }) => [
    Buffer.from(
      `--cut\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"`}\r\n\r\n`,
    ),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ])
  const body = Buffer.concat([...pieces, Buffer.from('--cut--\r\n')])
  return { body, headers: { 'content-type': 'multipart/form-data; boundary=cut' } }
}

/** The id of the dataset that this text becomes. */
export async function uploadTable(
  rest: RestApp,
  who: Caller,
  text: string,
  name = 'table.csv',
  projectId = who.projectId,
): Promise<string> {
  const file = form([{ name: 'file', value: text, file: name }])
  const made = await rest.call(who, 'POST', `/api/datasets?project_id=${projectId}`, file)
  assert.equal(made.status, 201, made.text)
  return String(made.json['dataset_id'])
}
