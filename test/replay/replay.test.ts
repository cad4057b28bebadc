// Runs that were recorded replay on the workflows as they are now: whoever changes what these do, in which order,
// breaks jobs that run during an upgrade, and sees it here. scripts/record-histories.ts records them anew.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { workflowBundle } from '#coordinator/temporal/workflow-bundle.ts'

const FOLDER = import.meta.dirname
const STORIES = [
  'cancelled',
  'failed',
  'loaded',
  'lost-parts',
  'paused',
  'returned-leases',
  'sharded-job',
  'sharded-shard',
  'small',
  'training',
]

/** The recorded text; tests of changed workflows change the history in their place. */
const read = (name: string): string =>
  gunzipSync(readFileSync(join(FOLDER, `${name}.json.gz`))).toString()

let bundle: { codePath: string }
before(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'off' } },
  })
  bundle = { codePath: await workflowBundle() }
})

const replay = (history: string, workflowId = 'generation/job'): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: bundle }, JSON.parse(history), workflowId)

test('there is a history of every story', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json.gz'))
  assert.deepEqual(
    files.sort((a, b) => a.localeCompare(b)),
    STORIES.map((name) => `${name}.json.gz`),
  )
})

const idOf = (name: string): string => (name === 'training' ? 'training/job' : 'generation/job')

for (const name of STORIES) test(`${name} replays`, () => replay(read(name), idOf(name)))

const TOLD: Record<string, RegExp> = {
  small: /postArweave/,
  paused: /"signalName":"pause".*"signalName":"resume".*generateChunks/,
  cancelled: /EXECUTION_CANCELED/,
  loaded: /prepareLoad.*loadOutput.*loadOutput.*finishLoad/,
  failed: /poison_chunk.*EXECUTION_FAILED/,
  'lost-parts': /part_missing.*dropLostParts.*generateChunks/,
  'returned-leases': /lease_returned.*generateChunks/,
  'sharded-job': /shard-0.*leasesMade/,
  'sharded-shard': /leasesMade/,
  training:
    /"signalName":"pause".*lease_returned.*"signalName":"resume".*generateChunks.*mergeOutput.*EXECUTION_COMPLETED/,
}

test('each history tells its story', () => {
  for (const [name, told] of Object.entries(TOLD)) assert.ok(told.test(read(name)), name)
})

test('an activity that has another name, another order, or is new does not replay', async () => {
  const renamed = read('small').replaceAll('"mergeOutput"', '"joinOutput"')
  await assert.rejects(replay(renamed), DeterminismViolationError)
  const swapped = read('small')
    .replaceAll('"signArweave"', '"x"')
    .replaceAll('"postArweave"', '"signArweave"')
    .replaceAll('"x"', '"postArweave"')
  await assert.rejects(replay(swapped), DeterminismViolationError)
  const less = read('lost-parts').replaceAll('"dropLostParts"', '"writeManifest"')
  await assert.rejects(replay(less), DeterminismViolationError)
})
