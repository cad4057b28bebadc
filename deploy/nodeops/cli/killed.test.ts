// nodeops ends without a word in the middle of ordering machines; the next one goes on.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startCreateos } from '../test/createos-double.ts'
import { installFakeSsh } from '../test/fake-ssh.ts'

const FILE = `apiVersion: v1
kind: DeploymentConfig
metadata: {name: workers}
spec:
  services:
    - name: worker
      image: me/syndata-worker:1
      resources: {cpu: 2, memory: 4Gi}
      env:
        - {name: SYNDATA_COORDINATOR, value: 'fleet.example:7443'}
        - {name: SYNDATA_TOKEN, valueFrom: {env: WORKER_TOKEN}}
depin:
  nodes:
    preferred: [{region: us-west, count: 2}]
`
const MAIN = new URL('../main.ts', import.meta.url).pathname

test('killed while machines are ordered, the next deploy orders none twice', async (t) => {
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
  const start = () => {
    const args = [MAIN, 'deploy', '--target', 'createos', '--timeout', '20s']
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
    t.after(() => child.kill('SIGKILL'))
    return child
  }
  const { vms } = createos.world.state

  const first = start()
  for (const end = Date.now() + 20_000; vms.length === 0; await delay(5))
    assert.ok(Date.now() < end && first.exitCode === null, 'no machine was ordered')
  first.kill('SIGKILL')
  await once(first, 'close')
  assert.ok(ssh.machines().length < 2)

  const second = start()
  const said: string[] = []
  second.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const [code] = (await once(second, 'close')) as [number]
  assert.equal(code, 0, said.join(''))
  assert.equal(vms.length, 2)
  assert.equal(new Set(vms.map(({ name }) => name)).size, 2)
  for (const { id } of vms) assert.equal(ssh.read(id, 'running')?.trim(), 'true')
})
