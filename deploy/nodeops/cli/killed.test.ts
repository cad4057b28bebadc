// nodeops ends without a word in the middle of ordering machines: nothing of it goes on, and the next one does.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { workersFile } from '../test/cli.ts'
import { startCreateos } from '../test/createos-double.ts'
import { installFakeSsh } from '../test/fake-ssh.ts'

const FILE = workersFile({ count: 2, more: '      resources: {cpu: 2, memory: 4Gi}\n' })
const MAIN = new URL('../main.ts', import.meta.url).pathname
const BIN = new URL('../bin.mjs', import.meta.url).pathname
const ENDED_MS = 10_000

/** An account, and what runs a deploy into it. */
async function fixture(t: TestContext) {
  const createos = await startCreateos(t)
  const ssh = installFakeSsh(t)
  const cwd = mkdtempSync(path.join(tmpdir(), 'nodeops-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(path.join(cwd, 'nodeops.yaml'), FILE)
  const env = {
    ...process.env,
    CREATEOS_API_URL: createos.url,
    CREATEOS_API_KEY: createos.key,
    CREATEOS_SSH_KEY: ssh.keyFile,
    CREATEOS_POLL_SECONDS: '0.05',
    WORKER_TOKEN: 'synw_secret',
  }
  const start = (program: string) => {
    const args = [program, 'deploy', '--target', 'createos', '--timeout', '20s']
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
    t.after(() => child.kill('SIGKILL'))
    return child
  }
  const { state } = createos.world
  /** Resolves once it has ordered a machine. */
  const startOrdering = async (program: string) => {
    const child = start(program)
    for (const end = Date.now() + 20_000; state.vms.length === 0; await delay(5))
      assert.ok(Date.now() < end && child.exitCode === null, 'no machine was ordered')
    return child
  }
  return { state, ssh, start, startOrdering }
}

test('killed while machines are ordered, the next deploy orders none twice', async (t) => {
  const { state, ssh, start, startOrdering } = await fixture(t)
  const { vms } = state
  const first = await startOrdering(MAIN)
  first.kill('SIGKILL')
  await once(first, 'close')
  assert.ok(ssh.machines().length < 2)

  const second = start(MAIN)
  const said: string[] = []
  second.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const [code] = (await once(second, 'close')) as [number]
  assert.equal(code, 0, said.join(''))
  assert.equal(vms.length, 2)
  assert.equal(new Set(vms.map(({ name }) => name)).size, 2)
  for (const { id } of vms) assert.equal(ssh.read(id, 'running')?.trim(), 'true')
})

test('what npx started ends with it, and says so', async (t) => {
  const { state, startOrdering } = await fixture(t)
  // It would wait for an address until its time is over.
  state.isAddressless = true
  const first = await startOrdering(BIN)
  const said: string[] = []
  first.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  first.kill('SIGKILL')
  // Standard error is open as long as anything that was started has it.
  await once(first, 'close', { signal: AbortSignal.timeout(ENDED_MS) })
  assert.match(said.join(''), /Interrupted/)
})
