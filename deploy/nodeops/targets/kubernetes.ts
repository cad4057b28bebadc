// A Kubernetes cluster, by kubectl: the documents of k8s/ as the deployment's file has them, in a namespace of their own.
import type { Deployment } from '../deployment.ts'
import { type Bound, type LogLine, type LogOptions, type Target, TargetError } from '../target.ts'
import { findingsOf, lookAtCluster } from './kubernetes/check.ts'
import { createKubectl, type Kubectl } from './kubernetes/kubectl.ts'
import { LABEL, type Metadata, readBase, type Scope } from './kubernetes/manifests.ts'
import { type ClusterObject, OBSERVED_KINDS, observedOf } from './kubernetes/observed.ts'
import { basisOf } from './kubernetes/render.ts'
import { createKubernetesSteps } from './kubernetes/steps.ts'
import { renderWhole } from './kubernetes/whole.ts'
import type { References } from './references.ts'

export type KubernetesOptions = {
  /** Its name, and what may change besides services. */
  deployment: Pick<Deployment, 'name' | 'rollout'>
  /** Of the repository. */
  root: string
  /** Its env: KUBECONFIG, NODEOPS_KUBE_CONTEXT, NODEOPS_KUBE_NAMESPACE, NODEOPS_REGISTRY, NODEOPS_PULL_SECRET. */
  references: References
  /** `kubectl`, but for tests. */
  command?: string
}

/** Calls nothing yet: whether there is a cluster is seen by the first use. */
export function createKubernetesTarget(options: KubernetesOptions): Target {
  const { deployment, root, references, command = 'kubectl' } = options
  const { env } = references
  const { name, rollout } = deployment
  const scope: Scope = { name, namespace: env['NODEOPS_KUBE_NAMESPACE'] || name }
  const registry = env['NODEOPS_REGISTRY'] || null
  const context = env['NODEOPS_KUBE_CONTEXT'] || null
  const base = readBase(root, env['NODEOPS_PULL_SECRET'] || null)
  const kubectl = createKubectl({ command, context, namespace: scope.namespace, env })
  const applyStep = createKubernetesSteps({ kubectl, scope, base, registry, references, root })
  const selector = `${LABEL.deployment}=${name}`
  return {
    name: 'kubernetes',
    rendersOnly: false,
    check: async (wanted, { signal }) => {
      signal.throwIfAborted()
      const cluster = await lookAtCluster(kubectl, scope, { signal })
      return findingsOf(wanted, cluster, { ...scope, registry })
    },
    render: async (wanted, { signal }) => {
      signal.throwIfAborted()
      return renderWhole(wanted, { scope, base, registry })
    },
    observe: async ({ signal }) => {
      signal.throwIfAborted()
      const objects = await kubectl.list<ClusterObject>(OBSERVED_KINDS, selector, { signal })
      return observedOf(scope, objects, basisOf(base, { registry, rollout }))
    },
    apply: async (step, applying) => {
      applying.signal.throwIfAborted()
      await applyStep(step, applying)
    },
    logs: (asked) => logLines(kubectl, scope, asked),
    delete: async ({ signal, keepData, say }) => {
      signal.throwIfAborted()
      await remove(kubectl, scope, { signal, keepData, say })
    },
  }
}

/** What runs goes first and what it was is forgotten last, so that a deletion that was interrupted is seen. */
const RUNNING = [
  ...['deployments', 'statefulsets', 'jobs', 'ingresses', 'services', 'poddisruptionbudgets'],
  ...['networkpolicies', 'rolebindings', 'roles', 'serviceaccounts'],
]
const DATA = ['persistentvolumeclaims', 'secrets']

async function remove(
  kubectl: Kubectl,
  { name, namespace }: Scope,
  { signal, keepData, say }: Bound & { keepData: boolean; say: (line: string) => void },
): Promise<void> {
  const space = await kubectl.get<{ metadata: Metadata }>('namespace', namespace, { signal })
  if (!space) return
  for (const kinds of [RUNNING, keepData ? [] : DATA, ['configmaps']]) {
    if (kinds.length === 0) continue
    const what = [kinds.join(','), '--selector', `${LABEL.deployment}=${name}`]
    await kubectl.remove(what, { signal })
  }
  if (keepData) {
    say(`volumes and secrets stay in the namespace ${namespace}`)
    return
  }
  // One that was there before is the operator's.
  if (space.metadata.labels?.[LABEL.deployment] !== name) return
  await kubectl.remove(['namespace', namespace], { signal })
  say(`the namespace ${namespace} is gone`)
}

async function* logLines(
  kubectl: Kubectl,
  { name }: Scope,
  { service, lines, follow, signal }: LogOptions,
): AsyncIterable<LogLine> {
  const of = `${LABEL.deployment}=${name}`
  const pods = await kubectl.list<{ metadata: Metadata }>(['pods'], of, { signal })
  const selector = service === undefined ? of : `${of},${LABEL.service}=${service}`
  const isService = pods.some(({ metadata }) => metadata.labels?.[LABEL.service] === service)
  const isPod = pods.some(({ metadata }) => metadata.name === service)
  if (service !== undefined && !isService && !isPod) {
    const message = `no service or pod is called ${service}, or it has no pods`
    throw new TargetError('refused', message, 'See nodeops status.')
  }
  if (pods.length === 0) return
  const what = service !== undefined && isPod && !isService ? [service] : ['--selector', selector]
  for await (const text of kubectl.logs({ what, lines, follow, signal })) {
    const [, pod = service ?? name, line = text] =
      /^\[pod\/([^/\]]+)\/[^\]]*\] ?(.*)$/.exec(text) ?? []
    yield { service: pod, line }
  }
}
