import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { targetContract } from '#deploy/nodeops/targets/contract.ts'
import { createLocalTarget } from '#deploy/nodeops/targets/local.ts'
import { smallDeployment } from '#deploy/nodeops/test/deployments.ts'

test('the local target keeps the contract with a real stack', { timeout: 300_000 }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'nodeops-'))
  const dataDir = path.join(folder, 'data')
  const target = createLocalTarget({ dataDir, references: { env: {}, folder } })
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
