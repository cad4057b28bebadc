// The sandbox of a process or thread, loaded when the first config needs it.

import type { ResolvedConfig } from '#engine/config/types.ts'
import { loadSandbox, type Sandbox } from './sandbox.ts'

let loading: Promise<Sandbox> | null = null

/** What `compile` needs for this config: null, at once, for one without plug-ins. */
export async function sandboxFor({ plugins }: ResolvedConfig): Promise<Sandbox | null> {
  if (plugins === undefined) return null
  loading ??= loadSandbox()
  return loading
}
