// What the pretended API server refuses: wrong documents, and changes of what cannot be changed.
import { isDeepStrictEqual } from 'node:util'
import { type Kind, shownAs } from './kubectl-kinds.ts'
import { Refused } from './kubectl-state.ts'

export type Obj = {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }
  data?: Record<string, unknown>
  spec?: Record<string, unknown>
  roleRef?: unknown
}
export type Env = {
  name: string
  value?: unknown
  valueFrom?: { secretKeyRef?: { name: string; key: string } }
}
export type Pod = {
  serviceAccountName?: string
  containers: {
    name: string
    image?: string
    env?: Env[]
    envFrom?: { configMapRef?: { name: string } }[]
    volumeMounts?: { name: string; mountPath: string }[]
    resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
  }[]
  volumes?: {
    name: string
    secret?: { secretName: string }
    configMap?: { name: string }
    persistentVolumeClaim?: { claimName: string }
  }[]
}
export type Templated = {
  replicas?: number
  selector?: { matchLabels?: Record<string, string> }
  strategy?: { type?: string; rollingUpdate?: { maxSurge?: number; maxUnavailable?: number } }
  template: { metadata: { labels?: Record<string, string> }; spec: Pod }
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/
const LABEL = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const METADATA = new Set(['name', 'namespace', 'labels', 'annotations'])

export function checkObject(kind: Kind, object: Obj): void {
  const invalid = (why: string): never => {
    throw new Refused(`The ${object.kind} "${object.metadata.name}" is invalid: ${why}`)
  }
  const allowed = new Set(['apiVersion', 'kind', 'metadata', ...kind.fields])
  const strange = [
    ...Object.keys(object).filter((field) => !allowed.has(field)),
    ...Object.keys(object.metadata).filter((field) => !METADATA.has(field)),
  ]
  if (strange.length > 0) {
    throw new Refused(
      `Error from server (BadRequest): strict decoding error: unknown field "${strange[0]}"`,
    )
  }
  if (!NAME.test(object.metadata.name)) invalid('metadata.name')
  const { labels = {}, annotations = {} } = object.metadata
  for (const value of Object.values(labels)) {
    if (typeof value !== 'string' || !LABEL.test(value)) invalid(`metadata.labels: "${value}"`)
  }
  for (const value of Object.values(annotations)) {
    if (typeof value !== 'string') invalid('metadata.annotations')
  }
  for (const value of Object.values(object.data ?? {})) {
    if (typeof value !== 'string') invalid('data')
    if (kind.kind === 'Secret' && !/^[A-Za-z0-9+/]*={0,2}$/.test(String(value)))
      invalid('data: no base64')
  }
  if (isTemplated(object)) checkTemplated(object, invalid)
}

export const isTemplated = (object: Obj): object is Obj & { spec: Templated } =>
  ['Deployment', 'StatefulSet', 'Job'].includes(object.kind)

function checkTemplated(object: Obj & { spec: Templated }, invalid: (why: string) => never): void {
  const { selector, template, strategy } = object.spec
  const labels = template.metadata.labels ?? {}
  if (object.kind !== 'Job') {
    const wanted = Object.entries(selector?.matchLabels ?? {})
    if (wanted.length === 0) invalid('spec.selector: Required value')
    if (wanted.some(([key, value]) => labels[key] !== value)) {
      invalid('spec.template.metadata.labels: `selector` does not match template `labels`')
    }
  }
  const { maxSurge = 1, maxUnavailable = 1 } = strategy?.rollingUpdate ?? {}
  if (strategy?.type === 'Recreate' && strategy.rollingUpdate) {
    invalid('spec.strategy.rollingUpdate: Forbidden: may not be specified when type is Recreate')
  }
  if (maxSurge === 0 && maxUnavailable === 0) {
    invalid('spec.strategy.rollingUpdate.maxUnavailable: may not be 0 when `maxSurge` is 0')
  }
  checkPod(template.spec, invalid)
}

function checkPod({ containers, volumes = [] }: Pod, invalid: (why: string) => never): void {
  const known = new Set(volumes.map(({ name }) => name))
  for (const { name, image, env = [], volumeMounts = [], resources } of containers) {
    if (!image) invalid(`containers[${name}].image: Required value`)
    for (const { name: variable, value, valueFrom } of env) {
      if (value !== undefined && typeof value !== 'string')
        invalid(`env[${variable}].value: no string`)
      if (value !== undefined && valueFrom) invalid(`env[${variable}]: may not have both`)
    }
    for (const { name: volume } of volumeMounts) {
      if (!known.has(volume)) invalid(`volumeMounts: Not found: "${volume}"`)
    }
    for (const amount of Object.values({ ...resources?.requests, ...resources?.limits })) {
      if (!/^\d+(\.\d+)?(m|k|[KMGT]i?)?$/.test(amount)) invalid(`resources: "${amount}"`)
    }
  }
}

const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['selector'],
  StatefulSet: ['selector', 'serviceName', 'volumeClaimTemplates'],
  Job: ['selector', 'template'],
  PersistentVolumeClaim: ['accessModes', 'storageClassName'],
}

export function checkChange(kind: Kind, before: Obj, after: Obj): void {
  const { name } = after.metadata
  const wrong = (IMMUTABLE[kind.kind] ?? []).find(
    (field) => !isDeepStrictEqual(before.spec?.[field], after.spec?.[field]),
  )
  const invalid = (field: string): never => {
    throw new Refused(
      `The ${kind.kind} ${shownAs(kind, name)} is invalid: ${field}: field is immutable`,
    )
  }
  if (wrong !== undefined) invalid(`spec.${wrong}`)
  if (kind.kind === 'RoleBinding' && !isDeepStrictEqual(before.roleRef, after.roleRef))
    invalid('roleRef')
  if (kind.kind === 'PersistentVolumeClaim' && storageOf(after) < storageOf(before)) {
    invalid('spec.resources.requests.storage: may not be less than previous value')
  }
}

function storageOf({ spec }: Obj): number {
  const { resources } = spec as { resources: { requests: { storage: string } } }
  const [, amount = '0', unit = ''] = /^(\d+)([KMGT]?i?)$/.exec(resources.requests.storage) ?? []
  const powers: Record<string, number> = {
    '': 1,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
  }
  return Number(amount) * (powers[unit] ?? 1)
}
