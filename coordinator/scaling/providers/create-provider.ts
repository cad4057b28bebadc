// The provider that the settings name, with its way out and its credentials.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type References, resolveReference } from '#coordinator/connections/password.ts'
import { createOutgoingFetch } from '#coordinator/publish/outgoing.ts'
import { createLocalProvider, createWebhookProvider } from './control.ts'
import { createCreateosProvider } from './createos.ts'
import { createKubernetesProvider } from './kubernetes.ts'
import type { Provider } from './provider.ts'
import { clusterSend, outgoingSend } from './send.ts'
import type { ProviderSettings } from './settings.ts'

export type ProviderDeps = {
  references: References
  allowPrivateHosts: boolean
  pool: 'cpu' | 'gpu'
  regions: readonly string[]
}

/** Rejects when a service account that it needs is not there. */
export async function createProvider(
  settings: ProviderSettings,
  { references, allowPrivateHosts, pool, regions }: ProviderDeps,
): Promise<Provider> {
  const gpu = pool === 'gpu'
  const send = outgoingSend(createOutgoingFetch({ allowPrivate: allowPrivateHosts }))
  switch (settings.kind) {
    case 'local':
      return createLocalProvider(settings.socket, { gpu })
    case 'webhook': {
      const secret = () => resolveReference(settings.secret, references)
      return createWebhookProvider(settings.url, { send, secret }, { gpu })
    }
    case 'kubernetes': {
      const { url, account, deployment } = settings
      const file = (name: string) => readFile(join(account, name), 'utf8')
      const [ca, namespace] = await Promise.all([file('ca.crt'), file('namespace')])
      // The token is changed under us now and then.
      const token = async () => (await file('token')).trim()
      const where = { url, namespace: namespace.trim(), deployment, regions }
      return createKubernetesProvider(where, { send: clusterSend(ca), token })
    }
    case 'createos': {
      const key = () => resolveReference(settings.secret, references)
      return createCreateosProvider({ ...settings, regions }, { send, key })
    }
  }
}
