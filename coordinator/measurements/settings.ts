// What an installation may say about measuring.

import { SERVING } from '#settings/serving.ts'
import { createSettingReader, type Env } from '#settings/setting.ts'

export type MeasureSettings = {
  /** Least time between two checkpoints of a profile. */
  checkpointMs: number
}

const CHECKPOINT_SECONDS = 30

/** From the environment; what is wrong goes to `problems`. */
export function measureSettingsOf(env: Env, problems: string[]): MeasureSettings {
  const { get } = createSettingReader(SERVING, env, problems)
  return { checkpointMs: 1_000 * (get('SYNDATA_CHECKPOINT_SECONDS') ?? CHECKPOINT_SECONDS) }
}
