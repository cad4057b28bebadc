// Where a service's parts are, as its environment says it: on the deployment's volume, or in a bucket.
import type { ServiceSpec } from '../../deployment.ts'

/** Path of the volume in its containers; null: the store is somewhere else. */
export function storeFolderOf({ role, env }: ServiceSpec): string | null {
  if (role !== 'parts' && role !== 'coordinator') return null
  const store = env['SYNDATA_STORE']
  if (store === undefined) return '/data'
  return 'value' in store && store.value.startsWith('folder:')
    ? store.value.slice('folder:'.length)
    : null
}
