import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { freePort } from './ports.ts'
import { createSupervisor } from './supervisor.ts'
import { NAMESPACE, temporalSpec } from './temporal.ts'
import { readTools, temporalOf } from './tools.ts'

test('Temporal starts with its namespace, attributes and UI, and keeps its file over a SIGKILL', async (t) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'temporal-'))
  const lines: string[] = []
  const supervisor = createSupervisor({
    logDir: path.join(dataDir, 'logs'),
    say: (line) => lines.push(line),
  })
  t.after(async () => {
    await supervisor.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const cli = temporalOf(readTools())
  const port = await freePort()
  const uiPort = await freePort(new Set([port]))
  const child = await supervisor.start(temporalSpec({ cli, dataDir, port, uiPort }))
  const ask = (...args: string[]): string =>
    execFileSync(cli.path, [...args, '--address', `127.0.0.1:${port}`, '--namespace', NAMESPACE], {
      encoding: 'utf8',
    })
  const attributes = ask('operator', 'search-attribute', 'list')
  assert.match(attributes, /TenantId\s+Keyword/)
  assert.match(attributes, /Region\s+KeywordList/)
  assert.equal((await fetch(`http://127.0.0.1:${uiPort}/`)).status, 200)

  ask('workflow', 'start', '--task-queue', 'none', '--type', 'kept', '--workflow-id', 'kept')
  child.kill('SIGKILL')
  await child.waitHealthy(30_000)
  assert.match(ask('workflow', 'describe', '--workflow-id', 'kept'), /HistoryLength\s+2/)
  assert.equal(lines.length, 1)
})

test('a file made by another version of Temporal is refused with what to do', (t) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'temporal-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  writeFileSync(path.join(dataDir, 'temporal.db'), '')
  writeFileSync(path.join(dataDir, 'temporal.version'), '1.4.0\n')
  const options = { cli: { path: 'temporal', version: '1.5.1' }, dataDir, port: 1, uiPort: 2 }
  assert.throws(
    () => temporalSpec(options),
    (error: Error & { whatToDo?: string }) =>
      /made by Temporal 1\.4\.0/.test(error.message) &&
      /remove temporal\.db/.test(error.whatToDo ?? ''),
  )
})
