// npm run verify -- <manifest>: checks that files are what their chunks add up to, makes sampled chunks again and
// compares their CIDs. Exit code 0 when all agree, 1 when not, 2 when it could not be checked.

import { parseArgs } from 'node:util'
import { AppError, ERRORS, type ErrorCode } from '#engine/errors.ts'
import { compressionIn, compressorOf } from '#engine/formats/compressor.ts'
import type { Model } from '#engine/models/model.ts'
import { openModels } from '#engine/models/open-models.ts'
import { checkFiles, verifyChunks } from './verify/check-chunks.ts'
import { type OutputNote, readGiven, readManifest } from './verify/read-manifest.ts'

const HELP = `npm run verify -- <manifest> [options]

  <manifest>       manifest.json as a file or URL, or the CID of a published output
  --gateway URL    where CIDs are fetched (an origin with /ipfs/)
  --api-key KEY    for outputs that are not public
  --model FILE     the model that rows were drawn from
  --sample N       chunks to make again, spread evenly (default 16)
  --all            every chunk`

const OPTIONS = {
  gateway: { type: 'string' },
  'api-key': { type: 'string' },
  model: { type: 'string', multiple: true, default: [] as string[] },
  sample: { type: 'string', default: '16' },
  all: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const usage = (message: string): AppError =>
  new AppError('invalid_request', `${message}; see npm run verify -- --help`)

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS })
    if (!/^[1-9]\d{0,8}$/.test(values.sample)) throw usage('--sample is a whole number from 1 on')
    return { values, positionals }
  } catch (error) {
    throw error instanceof AppError ? error : usage((error as Error).message)
  }
}

async function main(): Promise<number> {
  const { values, positionals } = readArguments()
  const [source] = positionals
  if (values.help || !source) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const options = { gateway: values.gateway ?? null, apiKey: values['api-key'] ?? null }
  const found = await readManifest(source, options)
  checkFiles(found)
  for (const { name, rows, cid } of found.manifest.files)
    console.log(`${name.padEnd(24)} ${String(rows).padStart(12)} rows  ${cid}  = its chunks`)
  const sample = values.all ? Number.POSITIVE_INFINITY : Number(values.sample)
  const { checked, of, mismatches } = await verifyChunks(found, {
    sample,
    models: await readModels(values.model),
    onChunk: ({ table, chunk, cid }, equal) =>
      console.log(`${equal ? 'equal    ' : 'DIFFERENT'} ${table} chunk ${chunk}  ${cid}`),
  })
  console.log(`${checked} of ${of} chunks made again, ${mismatches.length} differ`)
  const { output } = found.manifest
  if (mismatches.length > 0) noteCompressor(output)
  if (mismatches.length > 0 && found.manifest.runtime_classes)
    console.log(
      `drawn by ${found.manifest.runtime_classes.join('; ')}: others may draw other bytes`,
    )
  return mismatches.length === 0 ? 0 : 1
}

async function readModels(files: readonly string[]): Promise<Model[]> {
  const found = await Promise.all(files.map(readGiven))
  return found.length === 0 ? [] : openModels(found)
}

/** Compressed bytes are the same within a class of compressors only. */
function noteCompressor({ compressor, ...output }: OutputNote = {}): void {
  const compression = compressionIn(output)
  if (compression === null || compressor === undefined) return
  const ours = compressorOf(compression)
  if (ours === compressor) return
  console.log(`compressed by ${compressor}, compared with ${ours}: what is inside may be the same`)
}

/** Codes whose hint is not for those who call a coordinator. */
const WITH_HINT: ReadonlySet<ErrorCode> = new Set([
  'digest_mismatch',
  'unsupported',
  'engine_mismatch',
])

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(
    WITH_HINT.has(error.code) ? `${error.message}\n${ERRORS[error.code].hint}` : error.message,
  )
  process.exitCode = error.code === 'digest_mismatch' ? 1 : 2
}
