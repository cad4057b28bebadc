// node first-chunk.ts <fresh|warm>: what the first chunk of tables/fifty.yaml costs this process, which has loaded the
// engine and made nothing yet, or has warmed up as a worker does. Prints {cpuMs, wallMs}.

import { readFile } from 'node:fs/promises'
import { writeChunk } from '#engine/chunk.ts'
import { compile } from '#engine/compile.ts'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import { Output } from '#engine/formats/output.ts'
import { planConfig } from '#engine/plan.ts'
import { warmUp } from '#worker/warm-up.ts'

const OUTPUT_BYTES = 64 * 2 ** 20

const source = await readFile(new URL('../tables/fifty.yaml', import.meta.url), 'utf8')
const { resolved } = resolveConfig(parseConfig(source).config, {
  format: 'csv',
  now: 1_767_225_600,
})
const out = new Output(OUTPUT_BYTES)
if (process.argv[2] === 'warm') await warmUp(() => false)

const startedMs = performance.now()
const before = process.cpuUsage()
writeChunk(compile(resolved, planConfig(resolved)).table('mixed'), 0, out)
const { user, system } = process.cpuUsage(before)
const wallMs = performance.now() - startedMs
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs }))
