import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'

const ROOT = path.resolve(import.meta.dirname, '..', '..')

/** A copy of the project whose packages are there, with a PATH and a cache of its own that hold nothing. */
function freshCopy(t: TestContext) {
  const root = mkdtempSync(path.join(tmpdir(), 'setup-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const [bin, cache] = [path.join(root, 'bin'), path.join(root, 'cache')]
  for (const folder of ['scripts', 'node_modules', 'bin']) mkdirSync(path.join(root, folder))
  cpSync(path.join(ROOT, 'scripts', 'setup'), path.join(root, 'scripts', 'setup'), {
    recursive: true,
  })
  copyFileSync(path.join(ROOT, 'scripts', 'setup.mjs'), path.join(root, 'scripts', 'setup.mjs'))
  copyFileSync(path.join(ROOT, 'package-lock.json'), path.join(root, 'package-lock.json'))
  symlinkSync(path.join(ROOT, 'node_modules', 'node'), path.join(root, 'node_modules', 'node'))
  copyFileSync(
    path.join(ROOT, 'package-lock.json'),
    path.join(root, 'node_modules', '.package-lock.json'),
  )
  return { root, bin, cache }
}

type Copy = ReturnType<typeof freshCopy>

function runSetup(
  { root, bin, cache }: Copy,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<{ code: number | null; output: string }> {
  const setup = spawn(process.execPath, [path.join(root, 'scripts', 'setup.mjs'), ...args], {
    env: {
      PATH: bin,
      HOME: root,
      XDG_CACHE_HOME: cache,
      SYNDATA_OFFLINE: '1',
      DATABASE_URL: 'postgres://elsewhere/db',
      ...env,
    },
  })
  let output = ''
  for (const stream of [setup.stdout, setup.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString()
    })
  }
  return new Promise((resolve) => setup.on('close', (code) => resolve({ code, output })))
}

function fakeTemporal(file: string, version: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\necho "temporal version ${version} (Server 1.0.0, UI 2.0.0)"\n`)
  chmodSync(file, 0o755)
}

const toolsOf = ({ root }: Copy) =>
  JSON.parse(
    readFileSync(path.join(root, 'node_modules', '.cache', 'syndata', 'tools.json'), 'utf8'),
  ) as { temporal?: { path: string } }

test('where Temporal can be neither found, downloaded nor built, set-up says what to do', async (t) => {
  const { code, output } = await runSetup(freshCopy(t))
  assert.equal(code, 1)
  assert.match(output, /cannot be downloaded/)
  assert.match(output, /What to do: .*on PATH; install Go .*; set TEMPORAL_ADDRESS/)
})

test('a running Temporal needs no CLI', async (t) => {
  const { code, output } = await runSetup(freshCopy(t), { TEMPORAL_ADDRESS: 'localhost:7233' })
  assert.equal(code, 0)
  assert.match(
    output,
    /all in place \(packages, Temporal at localhost:7233, Postgres of DATABASE_URL\)/,
  )
})

test('the right Temporal on PATH is used; the second run does nothing and can be silent', async (t) => {
  const copy = freshCopy(t)
  const file = path.join(copy.bin, 'temporal')
  fakeTemporal(file, '1.5.1')
  assert.equal((await runSetup(copy)).code, 0)
  assert.equal(toolsOf(copy).temporal?.path, file)
  assert.match((await runSetup(copy)).output, /^Set-up: all in place .*\n$/)
  assert.deepEqual(await runSetup(copy, {}, ['--quiet']), { code: 0, output: '' })
})

test('another version on PATH is left alone, and the copy in the cache used', async (t) => {
  const copy = freshCopy(t)
  fakeTemporal(path.join(copy.bin, 'temporal'), '1.4.0')
  const cached = path.join(copy.cache, 'syndata', 'temporal-v1.5.1', 'temporal')
  fakeTemporal(cached, '1.5.1')
  const { code, output } = await runSetup(copy)
  assert.equal(code, 0)
  assert.match(output, /version 1\.4\.0, the project needs 1\.5\.1: not used/)
  assert.equal(toolsOf(copy).temporal?.path, cached)
})

test('two set-ups at once both succeed, and a lock whose holder is dead holds nobody up', async (t) => {
  const copy = freshCopy(t)
  fakeTemporal(path.join(copy.bin, 'temporal'), '1.5.1')
  const lock = path.join(copy.cache, 'syndata', 'setup.lock')
  mkdirSync(path.dirname(lock), { recursive: true })
  const { pid, exited } = deadProcess()
  await exited
  writeFileSync(lock, String(pid))
  const runs = await Promise.all([runSetup(copy), runSetup(copy)])
  assert.deepEqual(
    runs.map(({ code }) => code),
    [0, 0],
  )
  assert.ok(!existsSync(lock))
})

function deadProcess(): { pid: number | undefined; exited: Promise<unknown> } {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  return { pid: child.pid, exited: new Promise((resolve) => child.once('exit', resolve)) }
}
