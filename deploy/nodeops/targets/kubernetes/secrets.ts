// Secrets that the target makes: those of an installation, once, and what stands behind references of its services.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import type { ServiceSpec } from '../../deployment.ts'
import type { Bound } from '../../target.ts'
import { environmentOf, type References } from '../references.ts'
import { ANNOTATION, inScope, type Manifest, referencesNameOf, type Scope } from './manifests.ts'
import type { WorkloadObject } from './objects.ts'

/** An object of the deployment that is there. */
export type Found = Manifest | WorkloadObject

/** By their names in syndata-secrets. */
export async function freshSecrets(
  root: string,
  { signal }: Bound,
): Promise<Record<string, string>> {
  const script = path.join(root, 'deploy/compose/make-env.sh')
  const { stdout } = await promisify(execFile)('sh', [script], { signal })
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

/** `values` as they are. */
export const secretManifest = (
  scope: Scope,
  name: string,
  values: Record<string, string>,
): Manifest =>
  inScope<Manifest>(scope, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    data: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  })

/** What is behind the service's references to variables and files, and its version: another one restarts pods. */
export function referencesOf(
  { scope, references }: { scope: Scope; references: References },
  spec: ServiceSpec,
  found: readonly Found[],
): { manifest: Manifest; version: string } | null {
  const env = Object.fromEntries(
    Object.entries(spec.env).filter(([, value]) => 'fromEnv' in value || 'fromFile' in value),
  )
  if (Object.keys(env).length === 0) return null
  const values = environmentOf({ ...spec, settings: {}, env }, references)
  const name = referencesNameOf(spec.role)
  const before = secretAmong(found, name)
  const wanted = inScope(scope, secretManifest(scope, name, values), spec.name)
  const isSame = JSON.stringify(entries(before?.data)) === JSON.stringify(entries(wanted.data))
  const old = before?.metadata.annotations?.[ANNOTATION.references]
  const version = old !== undefined && isSame ? old : randomBytes(6).toString('hex')
  const annotations = { [ANNOTATION.references]: version }
  return { version, manifest: { ...wanted, metadata: { ...wanted.metadata, annotations } } }
}

export const secretAmong = (found: readonly Found[], name: string): Manifest | undefined =>
  found.find((each): each is Manifest => each.kind === 'Secret' && each.metadata.name === name)

const entries = (data: Record<string, string> = {}): [string, string][] =>
  Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))
