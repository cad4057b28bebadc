import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { createControl } from '#proto/control-client.ts'
import { controlSocketOf } from './control-door.ts'
import { startTimeOf } from './process-identity.ts'
import type { StackFile } from './stack-file.ts'
import { startStack } from './start-stack.ts'
import { ROOT, readTools } from './tools.ts'
import { waitUntil } from './wait-until.ts'

const FIXTURES = path.join(import.meta.dirname, 'fixtures')

function optionsFor(t: TestContext) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'stack-'))
  const present = path.join(dataDir, 'present')
  mkdirSync(present)
  const stops: (() => unknown)[] = []
  t.after(async () => {
    for (const stop of stops) await stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const fixture = { FIXTURE_WORKERS: present }
  const options = {
    dataDir,
    workers: 5,
    coordinators: 2,
    env: { coordinator: fixture, parts: fixture, worker: fixture },
    entries: {
      coordinator: path.join(FIXTURES, 'coordinator.ts'),
      parts: path.join(FIXTURES, 'coordinator.ts'),
      worker: path.join(FIXTURES, 'worker.ts'),
    },
  }
  return { options, stops }
}

const readStackFile = (dataDir: string): StackFile =>
  JSON.parse(readFileSync(path.join(dataDir, 'stack.json'), 'utf8')) as StackFile

test('a stack starts whole, says how to reach it, survives deaths, and stops without a trace', async (t) => {
  const { options, stops } = optionsFor(t)
  const lines: string[] = []
  const stack = await startStack({ ...options, say: (line) => lines.push(line) })
  stops.push(stack.stop)

  const file = readStackFile(options.dataDir)
  assert.equal(statSync(path.join(options.dataDir, 'stack.json')).mode & 0o777, 0o600)
  assert.deepEqual(file.processes.map(({ name }) => name).sort(), [
    'arweave',
    'coordinator-1',
    'coordinator-2',
    'parts',
    'postgres',
    'scheduler',
    'temporal',
    ...[1, 2, 3, 4, 5].map((n) => `worker-${n}`),
  ])
  const regions = file.processes.filter(({ role }) => role === 'worker').map((w) => w.region)
  assert.deepEqual(regions, ['us-west', 'us-east', 'eu-central', 'asia-pacific', 'us-west'])
  assert.match(file.admin.api_key, /^syn_[0-9a-f]{8}_[\w-]{43}$/)
  assert.equal((await fetch(`${file.rest_url}/api/ready`)).status, 200)

  await assert.rejects(startStack(options), /a stack runs already/)

  const before = stack.pidOf('worker-3')
  stack.kill('worker-3')
  await stack.waitHealthy('worker-3')
  const after = stack.pidOf('worker-3')
  assert.notEqual(after, before)
  const listed = readStackFile(options.dataDir).processes.find(({ name }) => name === 'worker-3')
  assert.equal(listed?.pid, after)

  await stack.halt('arweave')
  assert.equal(stack.pidOf('arweave'), undefined)
  await stack.restart('arweave')
  assert.ok(stack.pidOf('arweave'))

  const pids = stack.processes.map(({ pid }) => pid)
  await stack.stop()
  assert.deepEqual(
    pids.filter((pid) => startTimeOf(pid) !== undefined),
    [],
  )
  assert.ok(!existsSync(path.join(options.dataDir, 'stack.json')))
  assert.ok(lines.some((line) => /^worker-3 ended \(SIGKILL\)/.test(line)))

  // A second start on the same folder: same keys, same database, identities in place of tokens.
  const again = await startStack(options)
  stops.push(again.stop)
  assert.deepEqual(again.admin, stack.admin)
  assert.equal(again.database_url, stack.database_url)

  const control = createControl({ socket: controlSocketOf(options.dataDir) })
  const bound = { signal: AbortSignal.timeout(60_000) }
  const services = await control.services(bound)
  assert.deepEqual(
    new Set(services.map(({ kind, state }) => `${kind} ${state}`)),
    new Set(
      ['postgres', 'temporal', 'arweave', 'parts', 'coordinator', 'worker', 'scheduler'].map(
        (kind) => `${kind} running`,
      ),
    ),
  )
  await control.stop(bound)
  await again.stopped
  assert.ok(!existsSync(path.join(options.dataDir, 'control.sock')))
})

/** A program like `npm start`, with one worker; resolves once all of its stack answers. */
async function startProgram({ options, stops }: ReturnType<typeof optionsFor>) {
  const small = { ...options, workers: 1, coordinators: 1 }
  const script = `
    const { startStack } = await import(${moduleUrl('start-stack.ts')})
    const { stopOnSignals } = await import(${moduleUrl('stop-on-signals.ts')})
    const stopping = stopOnSignals(() => undefined)
    const stack = await startStack({ ...${JSON.stringify(small)}, signal: stopping.signal })
    stopping.onForce(stack.killNow)
    await stopping.asked
    await stack.stop()
    process.exit(0)
  `
  const program = spawn(readTools().node, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  stops.push(() => program.kill('SIGKILL'))
  const stackFile = path.join(options.dataDir, 'stack.json')
  assert.ok(await waitUntil(() => existsSync(stackFile), { timeoutMs: 60_000 }))
  const pids = readStackFile(options.dataDir).processes.map(({ pid }) => pid)
  assert.equal(pids.length, 7)
  const allGone = (): boolean => pids.every((pid) => startTimeOf(pid) === undefined)
  return { program, stackFile, allGone: () => waitUntil(allGone, { timeoutMs: 30_000 }) }
}

const moduleUrl = (file: string): string => JSON.stringify(path.join(import.meta.dirname, file))

test('when the supervisor is killed outright, its processes end too', async (t) => {
  const { program, allGone } = await startProgram(optionsFor(t))
  program.kill('SIGKILL')
  assert.ok(await allGone())
})

test('SIGTERM stops in order, and insisting ends all at once', async (t) => {
  const patient = await startProgram(optionsFor(t))
  patient.program.kill('SIGTERM')
  assert.ok(await patient.allGone())
  assert.ok(await waitUntil(() => patient.program.exitCode === 0, { timeoutMs: 20_000 }))

  const hasty = await startProgram(optionsFor(t))
  const insist = (): boolean => !hasty.program.kill('SIGINT')
  assert.ok(await waitUntil(insist, { timeoutMs: 20_000 }))
  assert.ok(await hasty.allGone())
})

test('what cannot start is named with its last words, and nothing stays behind', async (t) => {
  const { options } = optionsFor(t)
  const entries = { ...options.entries, worker: path.join(FIXTURES, 'missing.ts') }
  await assert.rejects(
    startStack({ ...options, workers: 1, coordinators: 1, entries }),
    (error: Error & { whatToDo?: string }) =>
      /worker-1 does not start/.test(error.message) && /worker-1\.log/.test(error.whatToDo ?? ''),
  )
  assert.ok(!existsSync(path.join(options.dataDir, 'stack.lock')))
  assert.ok(!existsSync(path.join(options.dataDir, 'run', 'pids')))
})
