// Opens models where most programs need none: the runtime is loaded with the first of them.

import type { Model } from './model.ts'

/** In the order of the files; `digests` are known ones. AppError `invalid_request` for bytes that are no model. */
export async function openModels<const F extends readonly Uint8Array[]>(
  files: F,
  digests: readonly string[] = [],
): Promise<{ -readonly [K in keyof F]: Model }> {
  const { openModel } = await import('./model.ts')
  return files.map((file, at) => openModel(file, digests[at])) as {
    -readonly [K in keyof F]: Model
  }
}
