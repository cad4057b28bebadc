import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { freePort } from './ports.ts'
import { startTimeOf } from './process-identity.ts'
import { StackError } from './stack-error.ts'
import type { ChildSpec } from './supervise.ts'
import { createSupervisor, type Supervisor } from './supervisor.ts'
import { answers, waitUntil } from './wait-until.ts'

const SERVER = `
import { createServer } from 'node:http'
import { appendFileSync } from 'node:fs'
const [, , port, events, name, stubborn] = process.argv
const server = createServer((_, reply) => reply.end(String(process.pid))).listen(Number(port), '127.0.0.1')
process.on('SIGTERM', () => {
  appendFileSync(events, name + '\\n')
  if (stubborn !== 'stubborn') process.exit(0)
})
`

type Fixture = {
  dir: string
  lines: string[]
  supervisor: Supervisor
  server: (name: string, stage: number, stubborn?: string) => Promise<ChildSpec>
}

function fixture(
  t: TestContext,
  limits: Parameters<typeof createSupervisor>[0]['limits'] = {},
): Fixture {
  const dir = mkdtempSync(path.join(tmpdir(), 'supervisor-'))
  const script = path.join(dir, 'server.mjs')
  writeFileSync(script, SERVER)
  const lines: string[] = []
  const supervisor = createSupervisor({
    logDir: path.join(dir, 'logs'),
    say: (line) => lines.push(line),
    limits: { firstPauseMs: 10, pauseMaxMs: 40, ...limits },
  })
  t.after(async () => {
    await supervisor.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  return {
    dir,
    lines,
    supervisor,
    server: async (name, stage, stubborn = '') => {
      const port = await freePort()
      return {
        name,
        role: 'fixture',
        stage,
        launch: () => ({
          command: process.execPath,
          args: [script, String(port), path.join(dir, 'events'), name, stubborn],
          env: process.env,
        }),
        isReady: (signal) => answers(`http://127.0.0.1:${port}/`, signal),
      }
    },
  }
}

test('a child that dies is started again, and that is said in one line', async (t) => {
  const { supervisor, server, lines } = fixture(t)
  const child = await supervisor.start(await server('one', 0))
  const before = child.pid()
  child.kill('SIGKILL')
  assert.ok(await waitUntil(() => child.pid() !== before && child.healthy(), { timeoutMs: 20_000 }))
  assert.notEqual(child.pid(), before)
  assert.deepEqual(lines, ['one ended (SIGKILL); starting it again in 0.01 s'])
})

test('pauses grow up to their bound while a child keeps dying', async (t) => {
  const { supervisor, lines } = fixture(t, { failedStartsMax: 5 })
  const dying: ChildSpec = {
    name: 'dying',
    role: 'fixture',
    stage: 0,
    launch: () => ({
      command: process.execPath,
      args: ['-e', 'console.error("no luck"); process.exit(3)'],
      env: process.env,
    }),
    isReady: async () => false,
  }
  await assert.rejects(supervisor.start(dying), (error: StackError) => {
    assert.ok(error instanceof StackError)
    assert.match(error.message, /dying does not start/)
    assert.match(error.message, /\| no luck/)
    return true
  })
  assert.equal(lines[1], '  | no luck')
  const said = lines.filter((line) => line.startsWith('dying ended'))
  const pauses = said.slice(0, 4).map((line) => /in ([\d.]+) s/.exec(line)?.[1])
  assert.deepEqual(pauses, ['0.01', '0.02', '0.04', '0.04'])
})

test('a program that does not exist is reported, not thrown about', async (t) => {
  const { supervisor, lines } = fixture(t, { failedStartsMax: 1 })
  const missing: ChildSpec = {
    name: 'missing',
    role: 'fixture',
    stage: 0,
    launch: () => ({ command: '/nonexistent/program', args: [], env: {} }),
    isReady: async () => false,
  }
  await assert.rejects(supervisor.start(missing), /missing does not start/)
  assert.match(lines[0] ?? '', /could not start: .*ENOENT/)
})

test('stop ends the highest stage first and leaves no process', async (t) => {
  const { supervisor, server, dir } = fixture(t)
  for (const [name, stage] of [
    ['low', 0],
    ['middle', 1],
    ['high', 2],
  ] as const) {
    await supervisor.start(await server(name, stage))
  }
  const pids = supervisor.children().map((child) => child.pid() ?? 0)
  await supervisor.stop()
  assert.equal(readFileSync(path.join(dir, 'events'), 'utf8'), 'high\nmiddle\nlow\n')
  assert.deepEqual(pids.map(startTimeOf), [undefined, undefined, undefined])
})

test('a child that ignores SIGTERM or is suspended is ended all the same', async (t) => {
  const { supervisor, server } = fixture(t, { stopMs: 200 })
  const stubborn = await supervisor.start(await server('stubborn', 0, 'stubborn'))
  const suspended = await supervisor.start(await server('suspended', 0))
  suspended.kill('SIGSTOP')
  const pids = [stubborn.pid() ?? 0, suspended.pid() ?? 0]
  await supervisor.stop()
  assert.deepEqual(pids.map(startTimeOf), [undefined, undefined])
})

test('a stop during the pause before a restart ends supervision', async (t) => {
  const { supervisor, server } = fixture(t, { firstPauseMs: 60_000, pauseMaxMs: 60_000 })
  const child = await supervisor.start(await server('one', 0))
  child.kill('SIGKILL')
  assert.ok(await waitUntil(() => child.pid() === undefined, { timeoutMs: 20_000 }))
  await supervisor.stop()
  assert.equal(child.pid(), undefined)
})
