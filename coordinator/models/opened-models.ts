// Models that this process samples itself, for previews, estimates and lost parts: opened from the part store, the
// latest few kept.

import type { ResolvedConfig } from '#engine/config/types.ts'
import type { GetBlock } from '#engine/dag/traverse.ts'
import type { Model } from '#engine/models/model.ts'
import { openModels } from '#engine/models/open-models.ts'
import type { InputRef } from '../fleet/input-grants.ts'
import { readInput } from './read-input.ts'

const KEPT = 4

export type OpenedModels = {
  /** Rejects as reading the file does; AppError `invalid_request` for one that is no model. */
  open(file: InputRef): Promise<Model>
  /** What `compile` needs for this spec, by digest; at once for one without learned tables. */
  of(spec: Pick<ResolvedConfig, 'tables'>, inputs: readonly InputRef[]): Promise<Map<string, Model>>
}

export function createOpenedModels(get: GetBlock): OpenedModels {
  const kept = new Map<string, Promise<Model>>()
  const read = async (file: InputRef): Promise<Model> =>
    (await openModels([await readInput(get, file)], [file.sha256]))[0]
  const open = (file: InputRef): Promise<Model> => {
    const known = kept.get(file.sha256)
    const model = known ?? read(file)
    kept.delete(file.sha256)
    kept.set(file.sha256, model)
    if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '')
    model.catch(() => {
      if (kept.get(file.sha256) === model) kept.delete(file.sha256)
    })
    return model
  }
  return {
    open,
    async of({ tables }, inputs) {
      const wanted = inputs.filter(({ sha256 }) =>
        tables.some(({ learned }) => learned?.model === sha256),
      )
      return new Map(
        await Promise.all(wanted.map(async (file) => [file.sha256, await open(file)] as const)),
      )
    },
  }
}
