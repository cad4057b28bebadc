// pyarrow as a foreign reader of columnar files, where python3 has it.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Scalar } from '#engine/config/types.ts'

const run = promisify(execFile)

const AROUND = (read: string) => `
import json, sys, datetime, decimal, uuid
import pyarrow as pa
import pyarrow.parquet as pq
def plain(v):
    if isinstance(v, datetime.datetime): return v.strftime('%Y-%m-%dT%H:%M:%SZ').zfill(20)
    if isinstance(v, (datetime.date, datetime.time)): return v.isoformat()
    if isinstance(v, decimal.Decimal): return float(v)
    if isinstance(v, uuid.UUID): return str(v)
    return v
${read}
print(json.dumps({name: [plain(v) for v in table.column(name).to_pylist()] for name in table.column_names}))
`

const READERS = {
  parquet: AROUND('table = pq.read_table(sys.argv[1], page_checksum_verification=True)'),
  /** Behind its magic a file is a stream as well. */
  arrow: AROUND(`
whole = open(sys.argv[1], 'rb').read()
table = pa.ipc.open_file(pa.BufferReader(whole)).read_all()
assert table.equals(pa.ipc.open_stream(pa.BufferReader(whole[8:])).read_all())
table.validate(full=True)`),
  arrows: AROUND(`
table = pa.ipc.open_stream(sys.argv[1]).read_all()
table.validate(full=True)`),
}

/** Values of each column of a file, as JSON has them; null where this machine's python3 has no pyarrow. */
export async function readByPyarrow(
  format: keyof typeof READERS,
  path: string,
): Promise<Record<string, Scalar[]> | null> {
  try {
    await run('python3', ['-c', 'import pyarrow.parquet'])
  } catch {
    return null
  }
  const { stdout } = await run('python3', ['-c', READERS[format], path], { maxBuffer: 2 ** 28 })
  return JSON.parse(stdout) as Record<string, Scalar[]>
}
