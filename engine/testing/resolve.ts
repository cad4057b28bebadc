// Configs of tests as users write them.

import assert from 'node:assert/strict'
import { parseConfig } from '#engine/config/parse.ts'
import { resolveConfig } from '#engine/config/resolve.ts'
import type { ResolvedConfig } from '#engine/config/types.ts'

/** The resolved config of a text without problems; the moment is fixed. */
export function resolveText(text: string, rows?: number): ResolvedConfig {
  const { config, problems } = parseConfig(text)
  assert.deepEqual(problems, [])
  return resolveConfig(config, {
    now: 1_767_225_600,
    seed: 11,
    ...(rows === undefined ? {} : { rows }),
  }).resolved
}
