// All documents of a deployment at once, for those who have them applied by something else than nodeops.
import { stringify } from 'yaml'
import type { Deployment, EnvValue } from '../../deployment.ts'
import { revisionOf } from '../../revision.ts'
import type { Rendered } from '../../target.ts'
import { findingsOf } from './check.ts'
import {
  type Base,
  isWorkload,
  type Manifest,
  referencesNameOf,
  type Scope,
  SECRETS,
  type Workload,
} from './manifests.ts'
import {
  commonManifests,
  namespaceManifest,
  type Rendering,
  recordManifest,
  serviceManifests,
} from './render.ts'

const UNSEEN = { gpusOfNode: null, hasStorageClass: null, namespaceOf: null }

type Place = { scope: Scope; base: Base; registry: string | null }

/** What deploy would apply to an empty cluster, but for secrets: of those the notes say how they are made. */
export function renderWhole(deployment: Deployment, { scope, base, registry }: Place): Rendered {
  const rendering: Rendering = {
    ...{ scope, base, registry, deployment, references: null, replicas: new Map() },
  }
  const regions = JSON.stringify(deployment.regions)
  const manifests = [
    ...namespaceManifest(scope, base),
    ...commonManifests(scope, base),
    ...deployment.services.flatMap((spec) => serviceManifests(spec, rendering, deployment.regions)),
    recordManifest(scope, { revision: revisionOf(deployment), regions }),
  ]
  const shown = manifests.map((manifest) => withoutSized(manifest, deployment))
  const options = { aliasDuplicateObjects: false, lineWidth: 0 }
  return {
    text: shown.map((manifest) => stringify(manifest, options)).join('---\n'),
    findings: findingsOf(deployment, UNSEEN, { ...scope, registry }),
    notes: notesOf(deployment, scope),
  }
}

/** What the fleet sizes itself has no number here: whoever applies this again would set it back. */
function withoutSized(manifest: Manifest | Workload, { scaling }: Deployment): Manifest | Workload {
  const isSized = isWorkload(manifest) && manifest.metadata.name.startsWith('worker-')
  if (!scaling || !isSized) return manifest
  const { replicas: _, ...spec } = manifest.spec
  return { ...manifest, spec } as Workload
}

function notesOf({ services, scaling }: Deployment, { namespace }: Scope): string[] {
  const create = `kubectl -n ${namespace} create secret generic`
  const asked = services.flatMap(({ role, env }) => {
    const names = Object.entries(env).flatMap(([name, value]) => (isReference(value) ? [name] : []))
    const literals = names.map((name) => `--from-literal=${name}=...`).join(' ')
    return names.length > 0 ? [`${create} ${referencesNameOf(role)} ${literals}`] : []
  })
  return [
    'Secrets are not in it. Once:',
    `sh deploy/compose/make-env.sh > .env && ${create} ${SECRETS} --from-env-file=.env`,
    ...asked,
    ...(scaling ? ['Workers have no number in it: the scheduler sets that.'] : []),
  ]
}

const isReference = (value: EnvValue): boolean => 'fromEnv' in value || 'fromFile' in value
