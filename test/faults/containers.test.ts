// The processes of compose.yaml with the files of their images and the settings that their containers would have, on this
// machine: from an empty database and an empty Temporal to a finished job, by tokens that the workers find as files.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createApi } from '#scripts/demo/api.ts'
import { freePort } from '#scripts/stack/ports.ts'
import { type ComposeService, imageOf, readCompose } from '#test/support/compose-file.ts'
import { expectedCids } from '#test/support/expected-cids.ts'
import { makeImageFiles } from '#test/support/image-files.ts'
import { testDatabase } from '#test/support/postgres.ts'
import { startTestTemporal } from '#test/support/temporal.ts'
import { waitFor } from '#test/support/wait-for.ts'

const root = new URL('../../', import.meta.url).pathname
const PORTS = ['8000', '7443', '8130'] as const
/** Settings that are ports of one container alone. */
const OWN_PORTS = ['SYNDATA_HEALTH_PORT', 'SYNDATA_SCHEDULER_PORT']

/** Fresh secrets, by the script that users run. */
function variables(): Record<string, string> {
  const text = execFileSync('sh', [join(root, 'deploy/compose/make-env.sh')], { encoding: 'utf8' })
  const lines = text.split('\n').filter((line) => /^\w+=/.test(line))
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf('=')),
    line.slice(line.indexOf('=') + 1),
  ])
  return { ...Object.fromEntries(pairs), LOG_LEVEL: 'warn' }
}

type Place = { replace: (text: string) => string }

/** Names of containers become this machine, their ports free ones, their volumes folders. */
async function placeOf(folder: string, urls: { postgres: string; temporal: string }) {
  const taken = new Set<number>()
  const ports = new Map<string, string>()
  for (const port of PORTS) {
    const free = await freePort(taken)
    taken.add(free)
    ports.set(port, String(free))
  }
  const replace = (text: string) =>
    text
      .replace(/^postgres:\/\/.*$/, urls.postgres)
      .replace(/^temporal:7233$/, urls.temporal)
      .replaceAll(/\b(app|parts):(\d+)/g, (_, _name, port) => `localhost:${ports.get(port)}`)
      .replace(/^\d{4}$/, (port) => ports.get(port) ?? port)
      .replace(/^0\.0\.0\.0$/, '0.0.0.0')
  return { replace, url: `http://localhost:${ports.get('8000')}`, folder }
}

/** Volumes by their paths in the container, as folders here. */
function mounted(service: ComposeService, folder: string): (text: string) => string {
  const pairs = (service.volumes ?? []).map((volume) => volume.split(':'))
  return (text) => {
    const found = pairs.find(([, at = '']) => text.replace(/^folder:/, '').startsWith(at))
    const [name = '', at = ''] = found ?? []
    return found ? text.replace(at, join(folder, name)) : text
  }
}

type Started = { child: ChildProcess; exit: Promise<number | null>; output: () => string }

async function start(
  t: TestContext,
  service: ComposeService,
  place: Place & { folder: string },
): Promise<Started> {
  const target = service.build?.target ?? 'coordinator'
  const image = imageOf(target)
  const inContainer = { ...image.env, ...service.environment }
  // Each container has ports of its own; here they share one machine.
  for (const name of OWN_PORTS) inContainer[name] = String(await freePort())
  const own = join(place.folder, String(Math.random()))
  const mount = mounted(service, place.folder)
  const values = Object.entries(inContainer).map(([name, value]) => {
    const text = place.replace(mount(String(value)))
    return [name, text === '/data' ? own : text]
  })
  const [entry = '', ...rest] = service.command ?? image.command
  const child = spawn(process.execPath, [entry, ...rest], {
    cwd: join(place.folder, 'images', target === 'worker' ? 'worker' : 'coordinator'),
    env: { PATH: process.env['PATH'], ...Object.fromEntries(values) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      text += data.toString()
    })
  }
  const exit = once(child, 'exit').then(([code]) => code as number | null)
  t.after(async () => {
    child.kill('SIGTERM')
    await exit
  })
  return { child, exit, output: () => text }
}

const CONFIG = {
  version: 1,
  seed: 5,
  tables: [
    {
      name: 'people',
      rows: 20_000,
      columns: [{ name: 'mail', type: 'string', rule: { type: 'email' } }],
    },
  ],
}

test('the containers of compose.yaml make a job, workers joining by files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'syndata-containers-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const target of ['worker', 'coordinator'])
    makeImageFiles(target, join(folder, 'images', target))
  const temporal = await startTestTemporal()
  t.after(() => temporal.close())
  const { url: postgres } = await testDatabase(t)
  const place = await placeOf(folder, { postgres, temporal: temporal.address })
  const settings = variables()
  const apiKey = settings['SYNDATA_ADMIN_API_KEY'] ?? ''
  const { app, parts, tokens, worker } = readCompose(settings).services
  assert.ok(app && parts && tokens && worker)
  const started = [await start(t, app, place), await start(t, parts, place)]
  const said = () => started.map(({ output }) => output()).join('\n')
  const minting = await start(t, tokens, place)
  const ended = await Promise.race([minting.exit, ...started.map(({ exit }) => exit)])
  assert.equal(ended, 0, `${minting.output()}\n${said()}`)
  assert.match(minting.output(), /us-west, us-east, eu-central, asia-pacific/)
  const again = await start(t, tokens, place)
  assert.equal(await again.exit, 0, again.output())
  assert.match(again.output(), /all regions have tokens/)
  started.push(await start(t, worker, place), await start(t, worker, place))

  const api = createApi({ url: place.url, apiKey })
  const listed = async () => {
    const reply = await fetch(`${place.url}/api/workers`, { headers: { 'X-API-Key': apiKey } })
    return ((await reply.json()) as { workers: { connected: boolean; region: string }[] }).workers
  }
  const bothJoined = async () => (await listed()).filter(({ connected }) => connected).length === 2
  await waitFor(bothJoined, { what: 'two workers' }).catch((error: Error) => {
    throw new Error(`${error.message}\n${said()}`)
  })
  assert.ok((await listed()).every(({ region }) => region === 'eu-central'))
  const { job_id } = await api.submit({ config: CONFIG, output: { format: 'csv' } })
  const job = await api.until(job_id, ({ status }) => status === 'completed')
  assert.deepEqual(
    job.outputs.map(({ table, cid }) => [table, cid]),
    expectedCids(CONFIG, {}),
  )
  const { scheduler } = readCompose({ ...settings, SYNDATA_JOB_RETENTION_DAYS: '1' }).services
  assert.ok(scheduler)
  const timed = await start(
    t,
    { ...scheduler, environment: { ...scheduler.environment, LOG_LEVEL: 'info' } },
    place,
  )
  await waitFor(async () => timed.output().includes('scheduler ready'), { what: 'the scheduler' })
  const ready = await fetch(`${place.url}/api/ready`)
  assert.equal(ready.status, 200, await ready.text())
})
