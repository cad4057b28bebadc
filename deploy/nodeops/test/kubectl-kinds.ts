// Kinds that the pretended cluster has, by every name that kubectl takes for them.
import { Refused } from './kubectl-state.ts'

export type Kind = {
  apiVersion: string
  kind: string
  plural: string
  /** Of the namespace, or of the cluster. */
  isNamespaced: boolean
  /** Besides apiVersion, kind and metadata. */
  fields: readonly string[]
}

const kind = (
  apiVersion: string,
  name: string,
  plural: string,
  fields: readonly string[] = ['spec'],
  isNamespaced = true,
): Kind => ({ apiVersion, kind: name, plural, isNamespaced, fields })

export const KINDS: readonly Kind[] = [
  kind('v1', 'Namespace', 'namespaces', ['spec'], false),
  kind('v1', 'Node', 'nodes', ['spec', 'status'], false),
  kind('storage.k8s.io/v1', 'StorageClass', 'storageclasses', ['provisioner'], false),
  kind('v1', 'ConfigMap', 'configmaps', ['data', 'binaryData', 'immutable']),
  kind('v1', 'Secret', 'secrets', ['data', 'stringData', 'type', 'immutable']),
  kind('v1', 'Service', 'services'),
  kind('v1', 'ServiceAccount', 'serviceaccounts', ['automountServiceAccountToken']),
  kind('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  kind('v1', 'Pod', 'pods'),
  kind('apps/v1', 'Deployment', 'deployments'),
  kind('apps/v1', 'StatefulSet', 'statefulsets'),
  kind('batch/v1', 'Job', 'jobs'),
  kind('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  kind('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  kind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  kind('rbac.authorization.k8s.io/v1', 'Role', 'roles', ['rules']),
  kind('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', ['roleRef', 'subjects']),
]

/** Of an argument: `deployments`, `deployment`. */
export function kindNamed(name: string): Kind {
  const found = KINDS.find((each) => each.plural === name || each.kind.toLowerCase() === name)
  if (found) return found
  throw new Refused(`error: the server doesn't have a resource type "${name}"`)
}

/** Of a document. */
export function kindOf({ apiVersion, kind: name }: { apiVersion: string; kind: string }): Kind {
  const found = KINDS.find((each) => each.apiVersion === apiVersion && each.kind === name)
  if (found) return found
  throw new Refused(
    `error: resource mapping not found: no matches for kind "${name}" in version "${apiVersion}"`,
  )
}

/** As messages name it: `deployments.apps "x"`. */
export function shownAs({ plural, apiVersion }: Kind, name: string): string {
  const [group] = apiVersion.split('/')
  return `${plural}${apiVersion.includes('/') ? `.${group}` : ''} "${name}"`
}
