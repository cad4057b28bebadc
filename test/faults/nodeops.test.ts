import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { targetContract } from '#deploy/nodeops/targets/contract.ts'
import { createLocalTarget } from '#deploy/nodeops/targets/local.ts'
import { smallDeployment } from '#deploy/nodeops/test/deployments.ts'
import { createApi, type Job } from '#scripts/demo/api.ts'
import { freePort } from '#scripts/stack/ports.ts'
import { startTimeOf } from '#scripts/stack/process-identity.ts'
import type { StackFile } from '#scripts/stack/stack-file.ts'
import { ROOT } from '#scripts/stack/tools.ts'
import { waitUntil } from '#scripts/stack/wait-until.ts'

test('the local target keeps the contract with a real stack', { timeout: 300_000 }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nodeops-'))
  const dataDir = path.join(folder, 'data')
  const target = createLocalTarget({ name: 'small', dataDir, references: { env: {}, folder } })
  t.after(async () => {
    const signal = AbortSignal.timeout(120_000)
    await target.delete({ signal, keepData: false, say: () => undefined })
    rmSync(folder, { recursive: true, force: true })
  })
  const onAnyPort = (deployment: ReturnType<typeof smallDeployment>) => ({
    ...deployment,
    services: deployment.services.map((spec) =>
      spec.role === 'coordinator' ? { ...spec, ports: { http: 0, fleet: 0 } } : spec,
    ),
  })
  const second = onAnyPort(smallDeployment({ regions: [{ region: 'us-west', count: 3 }] }))
  await targetContract(t, {
    target,
    first: onAnyPort(smallDeployment()),
    second: {
      ...second,
      services: second.services.map((spec) =>
        spec.role === 'worker' ? { ...spec, settings: { SYNDATA_CHECKPOINT_SECONDS: '7' } } : spec,
      ),
    },
    leftovers: async () => [...(existsSync(dataDir) ? [dataDir] : []), ...processesOf(dataDir)],
    timeoutMs: 200_000,
  })
})

/** Every process whose command line or environment names the folder. */
function processesOf(dataDir: string): string[] {
  if (!existsSync('/proc/self')) return []
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      const said = ['cmdline', 'environ'].map((file) =>
        readFileSync(`/proc/${pid}/${file}`, 'utf8'),
      )
      return said.some((text) => text.includes(dataDir))
    } catch {
      return false
    }
  })
}

type Ran = { code: number | null; out: string }

/** nodeops as people run it; `killAt` ends it outright when a line of its output matches. */
function nodeops(cwd: string, line: string, killAt?: RegExp): Promise<Ran> {
  const main = path.join(ROOT, 'deploy', 'nodeops', 'main.ts')
  const program = spawn(process.execPath, [main, ...line.split(' ')], { cwd })
  let out = ''
  const hear = (piece: Buffer): void => {
    out += piece.toString()
    if (killAt?.test(out)) program.kill('SIGKILL')
  }
  program.stdout.on('data', hear)
  program.stderr.on('data', hear)
  return new Promise((resolve) => program.once('close', (code) => resolve({ code, out })))
}

const succeeds = async (ran: Promise<Ran>): Promise<string> => {
  const { code, out } = await ran
  assert.equal(code, 0, out)
  return out
}

const fileOf = (port: number): string => `
apiVersion: v1
kind: DeploymentConfig
metadata: {name: small}
spec:
  services:
    - {name: postgres}
    - {name: temporal}
    - {name: parts}
    - {name: coordinator, port: ${port}}
    - name: worker
      distributedCompute: {chunkProcessing: {maxChunkSize: 500}}
depin:
  nodes: {preferred: [{region: us-west, count: 1}, {region: eu-central, count: 1}]}
  tasks: [{name: generation, execution: {timeout: 10m, retryPolicy: {maxAttempts: 5}}}]
`

test('a deployment outlives its nodeops, comes back after its supervisor was killed, and goes without a trace', {
  timeout: 300_000,
}, async (t) => {
  const cwd = mkdtempSync(path.join(tmpdir(), 'nodeops-'))
  const dataDir = path.join(cwd, '.nodeops', 'small.local')
  t.after(async () => {
    await nodeops(cwd, 'delete')
    rmSync(cwd, { recursive: true, force: true })
  })
  writeFileSync(path.join(cwd, 'nodeops.yaml'), fileOf(await freePort()))

  const killed = await nodeops(cwd, 'deploy', /create parts/)
  assert.equal(killed.code, null)
  assert.match(await succeeds(nodeops(cwd, 'status')), /not finished/)
  const deployed = await succeeds(nodeops(cwd, 'deploy'))
  assert.doesNotMatch(deployed, /prepare the target/)
  assert.match(deployed, /worker +2 of 2 ready/)

  const stack = (): StackFile =>
    JSON.parse(readFileSync(path.join(dataDir, 'stack.json'), 'utf8')) as StackFile
  const apiOf = ({ rest_url: url, admin }: StackFile) => createApi({ url, apiKey: admin.api_key })
  const command = /^curl [\s\S]*/m.exec(deployed)?.[0] ?? ''
  const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' })
  const { job_id: jobId, total_chunks: chunks } = JSON.parse(stdout) as Job
  assert.equal(chunks, 2, 'the file has 500 rows for a chunk')
  const done = ({ status }: Job): boolean => status === 'completed'
  const { root_cid: root } = await apiOf(stack()).until(jobId, done)

  const holder = JSON.parse(readFileSync(path.join(dataDir, 'stack.lock'), 'utf8')) as {
    pid: number
  }
  process.kill(holder.pid, 'SIGKILL')
  const gone = (): boolean => stack().processes.every(({ pid }) => startTimeOf(pid) === undefined)
  assert.ok(await waitUntil(gone, { timeoutMs: 30_000 }))
  assert.match(await succeeds(nodeops(cwd, 'status')), /coordinator +0\/0 +stopped/)
  await succeeds(nodeops(cwd, 'deploy'))
  const again = await apiOf(stack()).job(jobId)
  assert.deepEqual([again.status, again.root_cid], ['completed', root])
  assert.match(await succeeds(nodeops(cwd, 'deploy')), /Nothing to do/)

  await succeeds(nodeops(cwd, 'delete'))
  assert.deepEqual(readdirSync(cwd), ['nodeops.yaml'])
  assert.deepEqual(processesOf(dataDir), [])
})
