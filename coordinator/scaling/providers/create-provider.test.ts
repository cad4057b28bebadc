// Providers as the settings name them: credentials by reference, and no way out but where they may go.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { createCertificateAuthority } from '#coordinator/identity/certificate-authority.ts'
import { kubernetesDouble, SECRET, webhookDouble } from '#test/support/provider-doubles.ts'
import { createProvider } from './create-provider.ts'
import type { ProviderSettings } from './settings.ts'

const REGION = 'us-west'
const bound = { signal: AbortSignal.timeout(30_000) }

const open = (settings: ProviderSettings, { env = {}, allowPrivateHosts = true } = {}) =>
  createProvider(settings, {
    references: { secretsDir: null, variable: (name) => (env as Record<string, string>)[name] },
    ...{ allowPrivateHosts, pool: 'cpu', regions: [REGION] },
  })

async function authority() {
  const kept = new Map<string, Buffer>()
  return createCertificateAuthority({
    secrets: {
      getOrCreate: async (name, make) => {
        const secret = kept.get(name) ?? (await make())
        kept.set(name, secret)
        return secret
      },
    },
  })
}

/** What a pod finds of its service account. */
async function account(t: TestContext, ca: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'syndata-account-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'ca.crt'), ca)
  await writeFile(join(dir, 'namespace'), 'fleet\n')
  await writeFile(join(dir, 'token'), `${SECRET}\n`)
  return dir
}

test('kubernetes: the account of the pod, its token anew each time, and no server but of its authority', async (t) => {
  const [ours, other] = await Promise.all([authority(), authority()])
  const { key, certificate } = await ours.issueServerCertificate({ hosts: ['127.0.0.1'] })
  const double = await kubernetesDouble(t, { [REGION]: ['w-1'] }, { key, cert: certificate })
  const at = { kind: 'kubernetes', url: double.url, deployment: 'worker-{region}' } as const
  const dir = await account(t, ours.certificate)
  const provider = await open({ ...at, account: dir })
  assert.deepEqual(await provider.list(bound), [{ name: 'w-1', region: REGION }])
  await writeFile(join(dir, 'token'), 'another')
  await assert.rejects(provider.list(bound), { code: 'infrastructure' })
  const calls = double.calls.length
  const stranger = await open({ ...at, account: await account(t, other.certificate) })
  await assert.rejects(stranger.list(bound), { code: 'unavailable' })
  assert.equal(double.calls.length, calls)
  await assert.rejects(open({ ...at, account: join(dir, 'none') }), /ENOENT/)
})

test('webhook: the secret is looked up for each call, and private addresses are out of bounds', async (t) => {
  const double = await webhookDouble(t, { [REGION]: ['w-1'] })
  const at = { kind: 'webhook', url: double.url, secret: 'env:SYNDATA_SECRET_DOOR' } as const
  const env: Record<string, string> = {}
  const provider = await open(at, { env })
  await assert.rejects(provider.list(bound), /env:SYNDATA_SECRET_DOOR is not there/)
  env['SYNDATA_SECRET_DOOR'] = SECRET
  assert.deepEqual(await provider.list(bound), [{ name: 'w-1', region: REGION }])
  const calls = double.calls.length
  const fenced = await open(at, { env, allowPrivateHosts: false })
  await assert.rejects(fenced.list(bound), { code: 'forbidden' })
  assert.equal(double.calls.length, calls)
})
