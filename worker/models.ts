// Models of a compute thread, opened from the files that its leases hold; the latest few are kept.

import { readFile } from 'node:fs/promises'
import type { ResolvedConfig } from '#engine/config/types.ts'
import type { Model } from '#engine/models/model.ts'
import { openModels } from '#engine/models/open-models.ts'
import type { InputFile } from './input-cache.ts'

const KEPT = 4

export type Models = {
  /** Those that the config names, by digest. AppError `invalid_request` for a file that is no model. */
  of(
    config: Pick<ResolvedConfig, 'tables'>,
    inputs: readonly InputFile[],
  ): Promise<Map<string, Model>>
}

export function createModels(): Models {
  const kept = new Map<string, Model>()
  async function open({ sha256, path }: InputFile): Promise<Model> {
    const model = kept.get(sha256) ?? (await openModels([await readFile(path)], [sha256]))[0]
    kept.delete(sha256)
    kept.set(sha256, model)
    if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? '')
    return model
  }
  return {
    async of({ tables }, inputs) {
      const found = new Map<string, Model>()
      for (const { learned } of tables) {
        const input = inputs.find(({ sha256 }) => sha256 === learned?.model)
        if (input) found.set(input.sha256, await open(input))
      }
      return found
    },
  }
}
